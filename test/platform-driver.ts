/** All flows of the platform on test drivers, joined by their topics: the whole order flow without a log or a clock of its own. */

import { inMemoryRegistry, type SinkRecord, type Topic, type Topology } from 'millrace'
import { type TestDriver, testDriver } from 'millrace/testing'
import { settleWith } from '../gateways/payment-stage'
import { type SimulatedPaymentOptions, simulatedPaymentGateway } from '../gateways/simulated-payment'
import type { OrderEvent } from '../schemas/generated/order-event'
import * as topics from '../schemas/topics'
import { carts } from '../topology/carts'
import { delivery } from '../topology/delivery'
import { dispatch } from '../topology/dispatch'
import { orders } from '../topology/orders'
import { payment } from '../topology/payment'
import { readModel } from '../topology/read-model'

export interface PlatformDriver {
  pipe<K, V>(topic: Topic<K, V>, key: K, value: V): void
  pipeBytes(topic: { readonly name: string }, key: Buffer | null, value: Buffer | null): void
  /** Lets everything that is under way come to its end. */
  settle(): Promise<void>
  /** All that was ever written to a topic. */
  written<K, V>(topic: Topic<K, V>): readonly { readonly key: K; readonly value: V }[]
  deadLetters(topic: { readonly name: string }): readonly (Buffer | null)[]
  /** What the read model was given. */
  readonly projected: readonly OrderEvent[]
  restart(): void
}

export function platformDriver(options: Partial<SimulatedPaymentOptions> = {}, partitions = 4): PlatformDriver {
  const registry = inMemoryRegistry()
  const projected: OrderEvent[] = []
  const clock = { now: () => 1_000, sleep: async () => undefined }
  const gateway = simulatedPaymentGateway({
    clock,
    random: () => 0.5,
    declineAbove: '1000.00',
    latencyMs: 0,
    failureRate: 0,
    ...options,
  })
  const sink = {
    write: async (records: readonly SinkRecord<string, OrderEvent>[]) =>
      void projected.push(...records.map(({ value }) => value)),
  }
  const flows = [orders, payment(settleWith(gateway, clock)), dispatch, delivery, carts, readModel(sink)]
  const drivers: readonly TestDriver[] = flows.map((flow) => testDriver(flow, { registry, partitions }))
  const all = Object.values(topics) as readonly Topic<string, unknown>[]
  const readers = (topic: { readonly name: string }) =>
    drivers.filter((_, index) =>
      flows[index]!.subTopologies.some(({ sources }) => sources.some((source) => source.topic.name === topic.name)),
    )
  const writes = (flow: Topology, topic: string) =>
    flow.steps.some(({ node: { spec } }) => spec.type === 'sink' && 'name' in spec.topic && spec.topic.name === topic)
  const outputs = all.flatMap((topic) =>
    drivers.flatMap((driver, index) => (writes(flows[index]!, topic.name) ? [{ topic, driver }] : [])),
  )
  const written = new Map<string, { readonly key: Buffer | null; readonly value: Buffer | null }[]>(
    all.map(({ name }) => [name, []]),
  )

  const deliver = (topic: Topic<string, unknown>, key: Buffer | null, value: Buffer | null, timestamp: number) => {
    written.get(topic.name)!.push({ key, value })
    for (const driver of readers(topic)) driver.input(topic).pipeBytes(key, value, { timestamp })
  }
  /** Carries what one flow wrote to those that read it; true when there was something. */
  const carry = (): boolean => {
    let carried = false
    for (const { topic, driver } of outputs) {
      for (const { key, value, timestamp } of driver.output(topic).readBytes()) {
        deliver(topic, key, value, timestamp)
        carried = true
      }
    }
    return carried
  }
  const opened = (topic: Topic<string, unknown>) => ({
    key: topic.key.open({ topic: topic.name, role: 'key', registry }),
    value: topic.value.open({ topic: topic.name, role: 'value', registry }),
  })

  return {
    pipe: (topic, key, value) => {
      const erased = topic as unknown as Topic<string, unknown>
      const serdes = opened(erased)
      deliver(erased, serdes.key.encode(key as string), serdes.value.encode(value), 1_000)
    },
    pipeBytes: ({ name }, key, value) => deliver(all.find((topic) => topic.name === name)!, key, value, 1_000),
    settle: async () => {
      do {
        for (const driver of drivers) await driver.settle()
      } while (carry())
    },
    written: <K, V>(topic: Topic<K, V>) => {
      const erased = topic as unknown as Topic<string, unknown>
      const serdes = opened(erased)
      return written
        .get(topic.name)!
        .map(({ key, value }) => ({ key: serdes.key.decode(key) as K, value: serdes.value.decode(value) as V }))
    },
    deadLetters: (topic) =>
      readers(topic).flatMap((driver) =>
        driver
          .deadLetters(topic)
          .read()
          .map(({ value }) => value),
      ),
    projected,
    restart: () => {
      for (const driver of drivers) driver.restart()
    },
  }
}
