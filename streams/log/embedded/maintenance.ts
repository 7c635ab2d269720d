import type { Clock } from '../../clock'
import { messageOf } from '../../errors'
import type { Logger } from '../../logger'
import { compactPartition } from './compaction'
import { applyRetention } from './retention'
import type { Storage } from './storage'
import type { Topics } from './topics'

export interface MaintenanceOptions {
  readonly topics: () => Topics
  readonly storage: Storage
  readonly clock: Clock
  readonly logger: Logger
}

/** Retention and compaction, beside the work of the log. */
export interface Maintenance {
  /** There may be something to clean. */
  nudge(): void
  /** Goes over all partitions now; resolves when that is done. */
  run(): Promise<void>
  /** Looks again every so many ms. */
  every(ms: number): void
  stop(): Promise<void>
}

export function maintenance({ topics, storage, clock, logger }: MaintenanceOptions): Maintenance {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let isWanted = false

  async function clean(): Promise<void> {
    while (isWanted && !stopping.signal.aborted) {
      isWanted = false
      for (const log of topics().partitions()) {
        try {
          applyRetention(log, clock.now())
          await compactPartition(log, { storage, now: clock.now(), isStopped: () => stopping.signal.aborted })
        } catch (error) {
          const { topic, partition } = log
          logger.error({ topic, partition, error }, `${topic}/${partition} could not be cleaned: ${messageOf(error)}`)
        }
      }
    }
    running = undefined
  }

  function run(): Promise<void> {
    isWanted = !stopping.signal.aborted
    // Not within the append that asked for it.
    running ??= Promise.resolve().then(clean)
    return running
  }

  async function repeat(ms: number): Promise<void> {
    while (!stopping.signal.aborted) {
      await run()
      await clock.sleep(ms, stopping.signal)
    }
  }

  return {
    nudge: () => void run(),
    run,
    every: (ms) => void repeat(ms),
    async stop() {
      stopping.abort()
      await running
    },
  }
}
