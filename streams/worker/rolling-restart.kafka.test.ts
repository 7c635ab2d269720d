import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaSuite } from '../../test/kafka/suite'
import { systemClock } from '../clock'
import type { Topology } from '../graph/topology'
import { openKafkaLog } from '../log/kafkajs'
import type { Log } from '../log/port'
import type { Logger } from '../logger'
import { json, string } from '../serdes'
import { keyValueStore } from '../stores'
import { levelStateDirectory } from '../stores/level-directory'
import { summing, until } from '../test/workers'
import { type Topic, topic } from '../topics'
import type { WorkerOptions } from './options'
import { openTopicWriter } from './topic-writer'
import { createWorker, type Worker } from './worker'

const TEST_MS = 120_000
const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`)
const sums = keyValueStore('sums', { key: string, value: json<number>() })

/** Notes the most that the workers say a task restored, and the generations of the group. */
function watching() {
  const seen = { restored: 0, generations: new Set<number>() }
  const ignore = () => undefined
  const info = (fields: object, message: string) => {
    seen.restored = Math.max(seen.restored, Number(/restored (\d+) records in/.exec(message)?.[1] ?? 0))
    const { generation } = fields as { readonly generation?: number }
    if (generation !== undefined) seen.generations.add(generation)
  }
  const logger: Logger = { debug: ignore, info, warn: ignore, error: ignore }
  return { seen, logger }
}

kafkaSuite('a rolling restart of three workers', (kafka) => {
  /** The mark of the last commit, which stands behind what was committed. */
  const MARK = 1
  let numbers: Topic<string, number>
  let adding: Topology
  let stateDir: string
  const logs: Log[] = []
  const { seen, logger } = watching()

  beforeEach(async () => {
    const name = `rolling-${randomUUID()}`
    numbers = topic(name, { key: string, value: json<number>(), partitions: 6 })
    adding = summing({ name, numbers, sums })
    stateDir = await mkdtemp(join(tmpdir(), 'rolling-'))
    seen.restored = 0
    seen.generations.clear()
  })
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()))
    await rm(stateDir, { recursive: true })
  })

  async function open(name: string, options: Partial<WorkerOptions>): Promise<Worker> {
    const log = await openKafkaLog({ brokers: kafka().brokers })
    logs.push(log)
    const state = levelStateDirectory(join(stateDir, name), adding.name)
    const worker = createWorker({
      topology: adding,
      log,
      state,
      logger,
      guarantee: 'exactly_once_v2',
      sessionTimeoutMs: 10_000,
      acceptableRecoveryLag: 0,
      ...options,
    })
    await worker.start()
    return worker
  }
  async function send(value: number): Promise<void> {
    const log = await openKafkaLog({ brokers: kafka().brokers })
    const writer = await openTopicWriter({ log, topic: numbers, clientId: 'test', clock: systemClock })
    await Promise.all(keys.map((key) => writer.write(key, value)))
    await writer.close()
    await log.close()
  }
  const totalOf = (workers: readonly Worker[]) =>
    workers
      .flatMap((worker) => worker.localStores('sums') as readonly { get(key: string): number | undefined }[])
      .reduce((all, view) => all + keys.reduce((own, key) => own + (view.get(key) ?? 0), 0), 0)
  const settled = (workers: readonly Worker[]) => workers.every(({ ready, tasks }) => ready && tasks.length === 2)

  test(
    'under static identities rebalances nothing, and restores nothing but what came meanwhile',
    async () => {
      const workers = await Promise.all(['a', 'b', 'c'].map((name) => open(name, { groupInstanceId: name })))
      await until(() => settled(workers))
      await send(1)
      await until(() => totalOf(workers) === 60)
      const generations = [...seen.generations]
      for (const [index, name] of ['a', 'b', 'c'].entries()) {
        const before = workers[index]!.tasks.map(({ id }) => id)
        await workers[index]!.close()
        await send(1)
        workers[index] = await open(name, { groupInstanceId: name })
        await until(() => settled(workers) && totalOf(workers) === 60 * (index + 2))
        expect(workers[index]!.tasks.map(({ id }) => id)).toEqual(before)
      }
      expect([...seen.generations]).toEqual(generations)
      expect(seen.restored).toBeLessThanOrEqual(MARK)
      await Promise.all(workers.map((worker) => worker.close()))
    },
    TEST_MS,
  )

  test(
    'with standbys moves tasks only to where their state is, and back',
    async () => {
      const workers = await Promise.all(['a', 'b', 'c'].map((name) => open(name, { standbyReplicas: 1 })))
      await until(() => settled(workers) && workers.every(({ standbys }) => standbys.length === 2))
      await send(1)
      await until(
        () => totalOf(workers) === 60 && workers.every(({ standbys }) => standbys.every(({ lag }) => lag === 0)),
      )
      for (const [index, name] of ['a', 'b', 'c'].entries()) {
        await workers[index]!.close()
        const others = workers.filter((_, at) => at !== index)
        await until(() => others.every(({ ready, tasks }) => ready && tasks.length === 3))
        expect(totalOf(others)).toBe(60)
        workers[index] = await open(name, { standbyReplicas: 1 })
        await until(() => settled(workers) && workers.every(({ standbys }) => standbys.length === 2))
        expect(totalOf(workers)).toBe(60)
      }
      expect(seen.restored).toBeLessThanOrEqual(MARK)
      await send(1)
      await until(() => totalOf(workers) === 120)
      await Promise.all(workers.map((worker) => worker.close()))
    },
    TEST_MS,
  )
})
