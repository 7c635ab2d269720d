/**
 * How fast the log on Kafka is, without an engine on it, on the Kafka that `KAFKA_BROKERS` names (`npm run kafka` starts one):
 * `npx tsx --conditions=source streams/bench/log.ts [records] [which…]`; which: produce, fetch, transact, hop, idle.
 *
 * Beside the time stands the processor time of this process, which says more on a busy machine. The codec is that of
 * `KAFKA_COMPRESSION_TYPE`.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaConfigFromEnv, openKafkaLog } from '../log/kafkajs'
import type { Log, OutgoingBatch, TopicPartition } from '../log/port'
import { recordsBuffer } from '../log/records'

const RECORDS = Number(process.argv[2] ?? 1_000_000)
const CHOSEN = process.argv.slice(3)
const PARTITIONS = 4
const PER_BATCH = 2_000
const TRANSACTIONS = 500
const HOP_SECONDS = 10
const IDLE_SECONDS = 5

const value = Buffer.alloc(175, 'an order of some customer, paid and on its way; ')
const noGroup = (groupId: string) => ({ groupId, memberId: '', generation: -1 })
const partitionsOf = (topic: string): TopicPartition[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }))

function batch({ topic, partition }: TopicPartition, count: number): OutgoingBatch {
  const records = recordsBuffer()
  const now = Date.now()
  for (let index = 0; index < count; index++) records.append(Buffer.from(`order-${index}`), value, now, [])
  return { topic, partition, records }
}

/** Seconds on the clock and of the processor. */
async function measured(run: () => Promise<void>): Promise<{ readonly seconds: number; readonly cpu: number }> {
  const [began, before] = [performance.now(), process.cpuUsage()]
  await run()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (performance.now() - began) / 1_000, cpu: (user + system) / 1e6 }
}

function show(name: string, figures: Readonly<Record<string, string | number>>): void {
  const columns = Object.entries(figures).map(([unit, figure]) => `${figure} ${unit}`.padEnd(22))
  console.log(`${name.padEnd(28)} ${columns.join('')}`)
}

const millis = (sorted: readonly number[], share: number) =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2)

async function produce(log: Log, topic: string): Promise<void> {
  const producer = await log.producer({ clientId: 'bench' })
  const taken = await measured(async () => {
    for (let sent = 0; sent < RECORDS; sent += PER_BATCH * PARTITIONS) {
      await producer.send(partitionsOf(topic).map((partition) => batch(partition, PER_BATCH)))
    }
  })
  report('produce, encoding included', taken)
  await producer.close()
}

function report(name: string, { seconds, cpu }: { readonly seconds: number; readonly cpu: number }): void {
  const perMillion = (cpu / RECORDS) * 1e6
  show(name, { 'rec/s': Math.round(RECORDS / seconds), 'CPU s/million': perMillion.toFixed(2) })
}

async function fetchAll(log: Log, topic: string): Promise<void> {
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(partitionsOf(topic).map((partition) => ({ ...partition, offset: 0 })))
  let read = 0
  const taken = await measured(async () => {
    while (read < RECORDS) for (const { records } of await reader.poll(1_000)) read += records.length
  })
  report('fetch and decode', taken)
  await reader.close()
}

async function transact(log: Log, topic: string, input: string): Promise<void> {
  const producer = await log.transactionalProducer({ transactionalId: `${topic}-tx`, timeoutMs: 20_000 })
  const took: number[] = []
  const taken = await measured(async () => {
    for (let round = 1; round <= TRANSACTIONS; round++) {
      const began = performance.now()
      await producer.send(partitionsOf(topic).map((partition) => batch(partition, 50)))
      await producer.commit(
        partitionsOf(input).map((partition) => ({ ...partition, offset: round })),
        noGroup(`${topic}-group`),
      )
      took.push(performance.now() - began)
    }
  })
  took.sort((one, other) => one - other)
  show('transactions, 200 records', {
    'per s': Math.round(TRANSACTIONS / taken.seconds),
    'ms p50': millis(took, 0.5),
    'ms p99': millis(took, 0.99),
    'CPU ms each': ((taken.cpu / TRANSACTIONS) * 1_000).toFixed(2),
  })
  await producer.close()
}

/** One record a millisecond goes through the log; `together` sends what is due in one send, as the engine does. */
async function hop(log: Log, topic: string): Promise<void> {
  const producer = await log.producer({ clientId: 'bench' })
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(await log.admin.offsets(partitionsOf(topic), 'latest'))
  const took: number[] = []
  const total = HOP_SECONDS * 1_000
  const reading = async () => {
    while (took.length < total) {
      for (const { records } of await reader.poll(1_000)) {
        const now = performance.now()
        for (const record of records) took.push(now - (record.value?.readDoubleBE(0) ?? now))
      }
    }
  }
  const sending = async () => {
    const began = performance.now()
    for (let sent = 0; sent < total; ) {
      const due = Math.min(total, Math.floor(performance.now() - began)) - sent
      if (due <= 0) {
        await sleep(1)
        continue
      }
      const buffers = new Map<number, OutgoingBatch>()
      for (let index = 0; index < due; index++) {
        const partition = (sent + index) % PARTITIONS
        const outgoing = buffers.get(partition) ?? { topic, partition, records: recordsBuffer() }
        buffers.set(partition, outgoing)
        const stamped = Buffer.from(value)
        stamped.writeDoubleBE(began + sent + index)
        outgoing.records.append(null, stamped, Date.now(), [])
      }
      sent += due
      await producer.send([...buffers.values()])
    }
  }
  const { seconds, cpu } = await measured(async () => void (await Promise.all([reading(), sending()])))
  took.sort((one, other) => one - other)
  show('one hop at 1,000 rec/s', {
    'ms p50': millis(took, 0.5),
    'ms p99': millis(took, 0.99),
    '% of a core': ((cpu / seconds) * 100).toFixed(1),
  })
  await Promise.all([producer.close(), reader.close()])
}

async function idle(log: Log, topic: string): Promise<void> {
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(await log.admin.offsets(partitionsOf(topic), 'latest'))
  const { seconds, cpu } = await measured(async () => {
    for (const until = performance.now() + IDLE_SECONDS * 1_000; performance.now() < until; ) await reader.poll(1_000)
  })
  show('an idle reader', { '% of a core': ((cpu / seconds) * 100).toFixed(2) })
  await reader.close()
}

async function main(): Promise<void> {
  const log = await openKafkaLog(kafkaConfigFromEnv(process.env))
  const names = ['many', 'transacted', 'input', 'hops', 'quiet'].map((name) => `bench-${name}-${Date.now()}`)
  const [many, transacted, input, hops, quiet] = names as [string, string, string, string, string]
  await log.admin.createTopics(names.map((name) => ({ name, partitions: PARTITIONS })))
  const benches: Readonly<Record<string, () => Promise<void>>> = {
    produce: () => produce(log, many),
    fetch: () => fetchAll(log, many),
    transact: () => transact(log, transacted, input),
    hop: () => hop(log, hops),
    idle: () => idle(log, quiet),
  }
  for (const [name, run] of Object.entries(benches)) if (CHOSEN.length === 0 || CHOSEN.includes(name)) await run()
  await log.admin.deleteTopics(names)
  await log.close()
}

void main()
