import { randomUUID } from 'node:crypto'
import { kafkaSuite } from '../../test/kafka/suite'
import { systemClock } from '../clock'
import { stream } from '../dsl/stream'
import type { MillraceError } from '../errors'
import { topology } from '../graph/topology'
import { openKafkaLog } from '../log/kafkajs'
import type { Log } from '../log/port'
import { json, string } from '../serdes'
import { keyValueStore } from '../stores'
import { topic } from '../topics'
import { openTopicWriter } from './topic-writer'
import type { UncaughtResponse } from './uncaught'
import { createWorker, type Worker } from './worker'

const sums = keyValueStore('sums', { key: string, value: json<number>() })

kafkaSuite('errors that nothing mends, on Kafka', (kafka) => {
  jest.setTimeout(90_000)
  const running: Worker[] = []
  let log: Log
  beforeAll(async () => {
    log = await openKafkaLog({ brokers: kafka().brokers })
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.close()))
  })
  afterAll(() => log.close())

  /** Two workers of an application that throws at the value 7 for as long as `fails` says so. */
  async function two(response: UncaughtResponse, fails: { now: boolean }) {
    const id = randomUUID().slice(0, 8)
    const numbers = topic(`uncaught-${id}`, { key: string, value: json<number>(), partitions: 2 })
    const summing = topology(`uncaught-${id}`, [
      stream(numbers)
        .process(
          (context) => ({
            process({ key, value }) {
              if (value === 7 && fails.now) throw new Error('no 7')
              context.store(sums).put(key, (context.store(sums).get(key) ?? 0) + value)
            },
          }),
          { stores: [sums] },
        )
        .foreach(() => undefined),
    ])
    for (let count = 0; count < 2; count += 1) {
      const worker = createWorker({
        topology: summing,
        log,
        guarantee: 'exactly_once_v2',
        onUncaught: () => response,
        applicationServer: '127.0.0.1:0',
      })
      running.push(worker)
      await worker.start()
    }
    await until(() => running.every(({ ready, tasks }) => ready && tasks.length === 1))
    const writer = await openTopicWriter({ log, topic: numbers, clientId: 'test', clock: systemClock })
    await writer.write('a', 1)
    const at = await writer.write('a', 7)
    await writer.close()
    return at
  }

  test('stop all members where that is the answer', async () => {
    await two('shutdown-application', { now: true })
    const ends = await Promise.allSettled(running.map(({ done }) => done))
    const codes = ends.map((end) => ((end as PromiseRejectedResult).reason as MillraceError).code)
    expect(codes.sort()).toEqual(['PROCESSING_FAILED', 'SHUTDOWN_REQUESTED'])
    expect(running.map((worker) => worker.health().live)).toEqual([false, false])
  })

  test('open the task again where that is the answer', async () => {
    const fails = { now: true }
    const atLeast = await two('replace-thread', fails)
    await until(() => running.some((worker) => !worker.health().ready))
    fails.now = false
    for (const worker of running) {
      expect((await worker.store(sums).get('a', { atLeast, timeoutMs: 30_000 })).value).toBe(8)
    }
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
