import { randomUUID } from 'node:crypto'
import { kafkaSuite } from '../../test/kafka/suite'
import { systemClock } from '../clock'
import type { MillraceError } from '../errors'
import { openKafkaLog } from '../log/kafkajs'
import { json, string } from '../serdes'
import { keyValueStore } from '../stores'
import { summing, until, workersOn } from '../test/workers'
import { topic } from '../topics'
import { openTopicWriter } from './topic-writer'
import type { UncaughtResponse } from './uncaught'

const sums = keyValueStore('sums', { key: string, value: json<number>() })

kafkaSuite('errors that nothing mends, on Kafka', (kafka) => {
  jest.setTimeout(90_000)
  const workers = workersOn(() => openKafkaLog({ brokers: kafka().brokers }))
  const { running } = workers

  /** Two workers of an application that throws at the value 7 for as long as `fails` says so. */
  async function two(response: UncaughtResponse, fails: { now: boolean }) {
    const id = randomUUID().slice(0, 8)
    const numbers = topic(`uncaught-${id}`, { key: string, value: json<number>(), partitions: 2 })
    const look = (value: number) => {
      if (value === 7 && fails.now) throw new Error('no 7')
    }
    for (let count = 0; count < 2; count += 1) {
      await workers.start({
        topology: summing({ name: `uncaught-${id}`, numbers, sums, look }),
        guarantee: 'exactly_once_v2',
        onUncaught: () => response,
        applicationServer: '127.0.0.1:0',
      })
    }
    await until(() => running.every(({ ready, tasks }) => ready && tasks.length === 1))
    const writer = await openTopicWriter({ log: workers.log, topic: numbers, clientId: 'test', clock: systemClock })
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
