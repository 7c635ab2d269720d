import { systemClock } from '../clock'
import { stream } from '../dsl/stream'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import type { Logger } from '../logger'
import { json, string } from '../serdes'
import { keyValueStore, memoryStateDirectory } from '../stores'
import type { StateDirectory } from '../stores/backend'
import { hasty, summing, until, workersOn } from '../test/workers'
import { topic } from '../topics'
import type { WorkerOptions } from './options'
import { openTopicWriter } from './topic-writer'
import { createWorker } from './worker'

const numbers = topic('numbers', { key: string, value: json<number>(), partitions: 4 })
const sums = keyValueStore('sums', { key: string, value: json<number>() })
const adding = summing({ name: 'summing', numbers, sums })
const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`)
type View = { get(key: string): number | undefined }

/** Sums up what the worker says it restores. */
function countingRestores(): { readonly logger: Logger; readonly restored: () => number } {
  let restored = 0
  const ignore = () => undefined
  const info = (_: object, message: string) => {
    const records = /restoring .*\((\d+) changelog records\)/.exec(message)?.[1]
    restored += Number(records ?? 0)
  }
  return { logger: { debug: ignore, info, warn: ignore, error: ignore } as unknown as Logger, restored: () => restored }
}

describe.each(['at_least_once', 'exactly_once_v2'] as const)('standbys with %s', (guarantee) => {
  const workers = workersOn(memoryLog)
  const { running } = workers
  const start = (options: Partial<WorkerOptions> = {}) =>
    workers.start({ topology: adding, guarantee, commitIntervalMs: 10, clock: hasty, ...options })
  const send = async (value: number) => {
    const writer = await openTopicWriter({ log: workers.log, topic: numbers, clientId: 'test', clock: systemClock })
    await Promise.all(keys.map((key) => writer.write(key, value)))
    await writer.close()
  }
  const totalIn = (views: readonly unknown[]) =>
    (views as readonly View[]).reduce((sum, view) => sum + keys.reduce((own, key) => own + (view.get(key) ?? 0), 0), 0)
  const activeTotal = () => totalIn(running.flatMap((worker) => worker.localStores('sums')))
  const standbyTotal = () => totalIn(running.flatMap(({ standbys }) => standbys.map(({ view }) => view('sums'))))

  test('hold what the tasks hold, and say how far they are', async () => {
    const two = [await start({ standbyReplicas: 1 }), await start({ standbyReplicas: 1 })]
    await until(() => two.every(({ ready, standbys }) => ready && standbys.length === 2))
    for (const { tasks, standbys } of two)
      expect([...tasks.map(({ id }) => id), ...standbys.map(({ taskId }) => taskId)].sort()).toEqual([
        '0_0',
        '0_1',
        '0_2',
        '0_3',
      ])
    await send(1)
    await until(() => activeTotal() === 20 && standbyTotal() === 20)
    for (const standby of two.flatMap(({ standbys }) => standbys)) {
      const { position, end } = standby.changelog('sums')!
      expect([standby.lag, position]).toEqual([0, end])
    }
    expect(two[0]!.metadata().map(({ standby }) => standby.length)).toEqual([2, 2])
  })

  test('take over without a restore, and go on as standbys when the task moves back', async () => {
    const [first, second] = [countingRestores(), countingRestores()]
    const options = { standbyReplicas: 1, acceptableRecoveryLag: 0 }
    const a = await start({ ...options, logger: first.logger })
    const b = await start({ ...options, logger: second.logger })
    await until(() => a.ready && b.ready && a.standbys.length === 2 && b.standbys.length === 2)
    await send(1)
    await until(() => standbyTotal() === 20)
    await b.close()
    running.splice(running.indexOf(b), 1)
    await until(() => a.ready && a.tasks.length === 4)
    expect(activeTotal()).toBe(20)
    expect(first.restored()).toBe(0)
    await send(1)
    await until(() => activeTotal() === 40)
    const c = await start({ ...options, logger: second.logger })
    await until(() => a.ready && c.ready && c.tasks.length === 2 && a.standbys.length === 2 && c.standbys.length === 2)
    await until(() => standbyTotal() === 40)
    expect(activeTotal()).toBe(40)
    // It was warmed up as a standby before.
    expect(second.restored()).toBe(0)
    await send(1)
    await until(() => standbyTotal() === 60)
    expect(activeTotal()).toBe(60)
  })

  test('a task is processed where it is while it is warmed up where it goes', async () => {
    const { logger, restored } = countingRestores()
    const a = await start({ acceptableRecoveryLag: 0, maxWarmupReplicas: 1 })
    await until(() => a.ready)
    await send(1)
    await until(() => activeTotal() === 20)
    const b = await start({ acceptableRecoveryLag: 0, maxWarmupReplicas: 1, logger })
    await until(() => b.ready && b.tasks.length === 2 && a.ready && a.tasks.length === 2)
    await send(1)
    await until(() => activeTotal() === 40)
    expect(restored()).toBe(0)
    expect(b.standbys).toEqual([])
  })

  test('one whose state is found damaged begins anew', async () => {
    const memory = memoryStateDirectory()
    const wiped: string[] = []
    const state: StateDirectory = {
      ...memory,
      open: async (taskId, storeName) => {
        const backend = await memory.open(taskId, storeName)
        return wiped.length === 0 ? { ...backend, position: () => 1_000 } : backend
      },
      wipe: async (taskId) => {
        wiped.push(taskId)
        await memory.wipe(taskId)
      },
    }
    const a = await start({ standbyReplicas: 1 })
    await until(() => a.ready)
    await send(1)
    await until(() => activeTotal() === 20)
    await start({ standbyReplicas: 1, state })
    await until(() => standbyTotal() === 20)
    expect(wiped.length).toBeGreaterThan(0)
  })
})

test('state in memory goes with its task', async () => {
  const log = memoryLog()
  const state = memoryStateDirectory()
  const first = createWorker({ topology: adding, log, state, clock: hasty })
  await first.start()
  await until(() => first.ready && first.tasks.length === 4)
  const second = createWorker({ topology: adding, log, clock: hasty })
  await second.start()
  await until(() => first.ready && first.tasks.length === 2)
  expect([...(await state.tasks())].sort()).toEqual(first.tasks.map(({ id }) => id).sort())
  await Promise.all([first.close(), second.close()])
  await log.close()
})

test('a store that is declared to be in memory stands by too, and is taken over with the others', async () => {
  const log = memoryLog()
  const kept = keyValueStore('kept', { key: string, value: json<number>(), backend: 'memory' })
  const keeping = topology('keeping', [
    stream(numbers)
      .process<string, number, readonly [typeof kept]>(
        (context) => ({ process: ({ key, value }) => context.store(kept).put(key, value) }),
        { stores: [kept] },
      )
      .foreach(() => undefined),
  ])
  const [first, second] = [countingRestores(), countingRestores()]
  const start = async (logger: Logger) => {
    const worker = createWorker({
      topology: keeping,
      log,
      standbyReplicas: 1,
      acceptableRecoveryLag: 0,
      clock: hasty,
      logger,
    })
    await worker.start()
    return worker
  }
  const [a, b] = [await start(first.logger), await start(second.logger)]
  await until(() => a.ready && b.ready && a.standbys.length === 2 && b.standbys.length === 2)
  const writer = await openTopicWriter({ log, topic: numbers, clientId: 'test', clock: systemClock })
  await Promise.all(keys.map((key) => writer.write(key, 1)))
  await writer.close()
  const total = (views: readonly unknown[]) =>
    (views as readonly View[]).flatMap((view) => keys.flatMap((key) => view.get(key) ?? [])).length
  await until(() => total([a, b].flatMap(({ standbys }) => standbys.map(({ view }) => view('kept')))) === 20)
  await b.close()
  await until(() => a.ready && a.tasks.length === 4)
  expect([total(a.localStores('kept')), first.restored()]).toEqual([20, 0])
  await a.close()
  await log.close()
})
