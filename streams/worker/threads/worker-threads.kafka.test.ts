import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaSuite } from '../../../test/kafka/suite'
import { systemClock } from '../../clock'
import { openKafkaLog } from '../../log/kafkajs'
import type { Log } from '../../log/port'
import { json, string } from '../../serdes'
import { topic } from '../../topics'
import { openTopicWriter } from '../topic-writer'
import type { WorkerThreads } from './options'
import { workerThreads } from './worker-threads'

const TEST_MS = 120_000
const PARTITIONS = [0, 1, 2, 3, 4, 5]
const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`)

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50))
}

kafkaSuite('worker threads on one state directory', (kafka) => {
  let log: Log
  let name: string
  let stateDir: string
  const running: WorkerThreads[] = []
  beforeEach(async () => {
    name = `threads-${randomUUID()}`
    stateDir = await mkdtemp(join(tmpdir(), 'threads-'))
    log = await openKafkaLog({ brokers: kafka().brokers })
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((made) => made.close()))
    await log.close()
    await rm(stateDir, { recursive: true })
  })

  const threads = (env: Record<string, string | undefined> = {}): WorkerThreads => {
    const made = workerThreads({
      module: join(__dirname, 'fixtures', 'shared.ts'),
      threads: 3,
      onThreadFailure: () => {
        delete env.DIE_IN_THREAD
        return 'replace-thread'
      },
      threadOptions: {
        execArgv: ['--require', require.resolve('tsx/cjs'), '--conditions=source'],
        env: Object.assign(env, {
          ...process.env,
          BROKERS: kafka().brokers.join(','),
          NAME: name,
          STATE_DIR: stateDir,
        }),
      },
    })
    running.push(made)
    return made
  }
  async function send(value: number): Promise<void> {
    const numbers = topic(name, { key: string, value: json<number>() })
    const writer = await openTopicWriter({ log, topic: numbers, clientId: 'test', clock: systemClock })
    await Promise.all(keys.map((key) => writer.write(key, value)))
    await writer.close()
  }
  /** The results of each key, in their order. */
  async function results(): Promise<ReadonlyMap<string, readonly number[]>> {
    const partitions = PARTITIONS.map((partition) => ({ topic: `${name}-results`, partition }))
    const reader = await log.reader({ isolation: 'read_committed' })
    const found = new Map<string, number[]>()
    reader.assign(partitions.map((at) => ({ ...at, offset: 0 })))
    const left = new Set(PARTITIONS)
    while (left.size > 0) {
      for (const { partition, records, nextOffset, endOffset } of await reader.poll(500)) {
        for (const { key, value } of records) {
          found.set(String(key), [...(found.get(String(key)) ?? []), Number(value)])
        }
        if (nextOffset >= endOffset) left.delete(partition)
      }
    }
    await reader.close()
    return found
  }
  const allAre = async (expected: readonly number[]): Promise<boolean> => {
    const found = await results()
    return keys.every((key) => JSON.stringify(found.get(key)) === JSON.stringify(expected))
  }
  const tasksOf = (workers: WorkerThreads) => workers.metadata().map(({ active }) => active.length)

  test(
    'share the tasks, and go on from their state after a restart',
    async () => {
      const first = threads()
      await first.start()
      await until(() => first.ready && tasksOf(first).join() === '2,2,2')
      await send(1)
      await until(() => allAre([1]))
      await first.close()
      const second = threads()
      await second.start()
      await until(() => second.ready && tasksOf(second).join() === '2,2,2')
      await send(1)
      await until(() => allAre([1, 2]))
    },
    TEST_MS,
  )

  test(
    'lose and double nothing when one of them dies in the midst of its work and is replaced',
    async () => {
      const workers = threads({ DIE_IN_THREAD: '1' })
      await workers.start()
      await until(() => workers.ready && tasksOf(workers).join() === '2,2,2')
      await send(1)
      await until(() => allAre([1]))
      await send(1)
      await until(() => workers.threads[1]!.replacements === 1)
      await until(() => allAre([1, 2]))
      await until(() => workers.ready && tasksOf(workers).join() === '2,2,2')
      await send(1)
      await until(() => allAre([1, 2, 3]))
    },
    TEST_MS,
  )
})
