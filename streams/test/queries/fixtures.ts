/** What the tests of queries share: a topology with a store of each kind, and workers that answer each other. */
import { systemClock } from '../../clock'
import { globalTable } from '../../dsl/global-table'
import { stream } from '../../dsl/stream'
import { topology } from '../../graph/topology'
import { memoryLog } from '../../log/embedded'
import type { Log } from '../../log/port'
import { json, long, string } from '../../serdes'
import {
  keyValueStore,
  sessionStore,
  timestampedKeyValueStore,
  timestampedWindowStore,
  versionedStore,
  windowStore,
} from '../../stores'
import { topic } from '../../topics'
import type { WorkerOptions } from '../../worker/options'
import { openTopicWriter, type Written } from '../../worker/topic-writer'
import { createWorker, type Worker } from '../../worker/worker'
import { until } from '../workers'

export interface Amount {
  readonly amount: number
}

export const amounts = topic('amounts', { key: string, value: json<Amount>(), partitions: 4 })
export const rates = topic('rates', { key: string, value: long, partitions: 2 })

export const totals = keyValueStore('totals', { key: string, value: long })
export const latest = timestampedKeyValueStore('latest', { key: string, value: json<Amount>() })
export const history = versionedStore('history', { key: string, value: json<Amount>(), historyRetentionMs: 10_000 })
export const perSecond = windowStore('per-second', {
  key: string,
  value: long,
  windowSizeMs: 1_000,
  retentionMs: 60_000,
})
export const stamped = timestampedWindowStore('stamped', {
  key: string,
  value: long,
  windowSizeMs: 1_000,
  retentionMs: 60_000,
})
export const visits = sessionStore('visits', { key: string, value: long, retentionMs: 60_000 })
export const rateOf = timestampedKeyValueStore('rate-of', { key: string, value: long })

const amountsRead = stream(amounts)
const kept = [totals, history, perSecond, stamped, visits] as const

/** Every record goes into every store. */
export const keeping = topology('keeping', [
  amountsRead
    .process(
      (context) => ({
        process({ key, value, timestamp }) {
          const { amount } = value
          context.store(totals).put(key, (context.store(totals).get(key) ?? 0) + amount)
          context.store(history).put(key, value, timestamp)
          const start = timestamp - (timestamp % 1_000)
          context.store(perSecond).put(key, amount, start)
          context.store(stamped).put(key, { value: amount, timestamp }, start)
          context.store(visits).put({ key, window: { start: timestamp, end: timestamp + 10 } }, amount)
        },
      }),
      { stores: kept },
    )
    .foreach(() => undefined),
  amountsRead
    .toTable(latest)
    .toStream()
    .foreach(() => undefined),
  amountsRead
    .join(
      globalTable(rates, rateOf),
      (_amount, key) => key,
      ({ amount }, rate) => amount * rate,
    )
    .to(topic('converted', { key: string, value: json<number>(), partitions: 4 })),
])

export interface Group {
  readonly log: Log
  readonly workers: readonly Worker[]
  /** Starts one more, which answers at a port of its own. */
  start(options?: Partial<WorkerOptions>): Promise<Worker>
  write(key: string, amount: number, timestamp?: number): Promise<Written>
  writeRate(key: string, rate: number): Promise<Written>
  /** Resolves when all of them process and every task has an owner that all know of. */
  settled(): Promise<void>
  url(worker: Worker): string
  close(): Promise<void>
}

export function group(shared: Partial<WorkerOptions> = {}): Group {
  const log = memoryLog()
  const workers: Worker[] = []
  const write = async <V>(to: ReturnType<typeof topic<string, V>>, key: string, value: V, timestamp: number) => {
    const writer = await openTopicWriter({ log, topic: to, clientId: 'test', clock: systemClock })
    const written = await writer.write(key, value, { timestamp })
    await writer.close()
    return written
  }
  return {
    log,
    workers,
    start: async (options = {}) => {
      const worker = createWorker({
        topology: keeping,
        log,
        commitIntervalMs: 20,
        applicationServer: '127.0.0.1:0',
        ...shared,
        ...options,
      })
      workers.push(worker)
      await worker.start()
      return worker
    },
    write: (key, amount, timestamp = 1_000) => write(amounts, key, { amount }, timestamp),
    writeRate: (key, rate) => write(rates, key, rate, 1_000),
    settled: () =>
      until(() => {
        const running = workers.filter(({ state }) => state !== 'NOT_RUNNING' && state !== 'ERROR')
        const views = running.map((worker) => JSON.stringify(worker.metadata()))
        const active = running.flatMap((worker) => worker.tasks.map(({ id }) => id))
        return (
          running.every(({ ready }) => ready) &&
          new Set(views).size === 1 &&
          new Set(active).size === active.length &&
          active.length === 4
        )
      }),
    url: (worker) => `http://${worker.metadata().find(({ memberId }) => memberId === worker.memberId)!.endpoint!}`,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()))
      await log.close()
    },
  }
}
