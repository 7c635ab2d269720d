/** What tests of workers share: waiting, a topology to run, and workers that are closed again. */
import { type Clock, systemClock } from '../clock'
import { stream } from '../dsl/stream'
import { type Topology, topology } from '../graph/topology'
import type { Log } from '../log/port'
import type { KeyValueStoreDeclaration } from '../stores/declaration'
import type { Topic } from '../topics'
import type { WorkerOptions } from '../worker/options'
import { createWorker, type Worker } from '../worker/worker'

/** Waits for what other code brings about; a test that waits in vain ends by jest's own limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** For tests in which nothing is about how long is waited. */
export const hasty: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5), signal),
}

export interface Summing {
  readonly name: string
  readonly numbers: Topic<string, number>
  readonly sums: KeyValueStoreDeclaration<string, number>
  /** Sees each number first, and may throw. */
  readonly look?: (value: number) => void
}

/** Adds up the numbers of each key, and puts nothing out. */
export function summing({ name, numbers, sums, look }: Summing): Topology {
  return topology(name, [
    stream(numbers)
      .process<string, number, readonly [typeof sums]>(
        (context) => ({
          process({ key, value }) {
            look?.(value)
            context.store(sums).put(key, (context.store(sums).get(key) ?? 0) + value)
          },
        }),
        { stores: [sums] },
      )
      .foreach(() => undefined),
  ])
}

export interface Workers {
  /** That of the test. */
  readonly log: Log
  /** Those of the test, in the order in which they were started. */
  readonly running: Worker[]
  start(options: Omit<WorkerOptions, 'log'> & { readonly log?: Log }): Promise<Worker>
}

/** A log for each test of a suite, and the workers that the test starts on it; all are closed after it. */
export function workersOn(openLog: () => Log | Promise<Log>): Workers {
  const running: Worker[] = []
  let log: Log
  beforeEach(async () => {
    log = await openLog()
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.close()))
    await log.close()
  })
  return {
    get log() {
      return log
    },
    running,
    start: async (options) => {
      const worker = createWorker({ log, ...options })
      running.push(worker)
      await worker.start()
      return worker
    },
  }
}
