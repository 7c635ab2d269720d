import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { kafkaSuite } from '../../../test/kafka/suite'
import { systemClock } from '../../clock'
import { openKafkaLog } from '../../log/kafkajs'
import { openStoreClient } from '../../worker/queries/store-client'
import { workerThreads } from '../../worker/threads/worker-threads'
import { openTopicWriter } from '../../worker/topic-writer'
import { until } from '../workers'
import { numbersOf, summingOf, sums } from './threads-module'

const execArgv = ['--require', require.resolve('tsx/cjs'), '--conditions=source']

kafkaSuite('the stores of threads', (kafka) => {
  test('are asked by the process that runs them, each thread at an address of its own', async () => {
    const id = randomUUID().slice(0, 8)
    const { brokers } = kafka()
    const env = { ...process.env, QUERY_TEST_ID: id, QUERY_TEST_BROKERS: brokers.join(',') }
    const module = join(__dirname, 'threads-module.ts')
    const workers = workerThreads({ module, threads: 2, threadOptions: { execArgv, env } })
    await workers.start()
    await until(() => workers.ready && workers.metadata().length === 2)
    const members = workers.metadata().flatMap(({ endpoint }) => endpoint ?? [])
    expect(new Set(members).size).toBe(2)

    const log = await openKafkaLog({ brokers })
    const writer = await openTopicWriter({ log, topic: numbersOf(id), clientId: 'test', clock: systemClock })
    const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`)
    const atLeast = await Promise.all(keys.map((key) => writer.write(key, 2)))
    const client = await openStoreClient({ topology: summingOf(id), members })
    const { value, answeredBy } = await client.store(sums).all({ atLeast, timeoutMs: 20_000 }).answer()
    expect(value).toEqual(keys.map((key) => ({ key, value: 2 })))
    expect(new Set(answeredBy.map(({ member }) => member))).toEqual(new Set(members))
    await writer.close()
    await log.close()
    await workers.close()
  }, 90_000)
})
