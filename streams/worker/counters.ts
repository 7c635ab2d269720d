import type { OnError } from '../graph/policy'
import { type QueryCounts, queryCounts } from './queries/counts'
import type { RestoreProgress } from './restore-progress'

/** What a worker counts, for metrics; kept over the lives of its tasks. */
export interface Counters {
  readonly processed: Map<string, number>
  readonly published: Map<string, number>
  readonly failures: Map<OnError, number>
  readonly deadLettered: Map<string, number>
  readonly dropped: Map<string, number>
  /** Changelog records restored before tasks could process, by task. */
  readonly restored: Map<string, number>
  /** The restores under way, by task. */
  readonly restoring: Map<string, RestoreProgress>
  /** Changelog records read by standbys, by task. */
  readonly standbyRecords: Map<string, number>
  readonly commits: { count: number; totalMs: number }
  readonly taskRestarts: { count: number }
  readonly retries: { count: number }
  readonly queries: QueryCounts
}

export function counters(): Counters {
  return {
    processed: new Map(),
    published: new Map(),
    failures: new Map(),
    deadLettered: new Map(),
    dropped: new Map(),
    restored: new Map(),
    restoring: new Map(),
    standbyRecords: new Map(),
    commits: { count: 0, totalMs: 0 },
    taskRestarts: { count: 0 },
    retries: { count: 0 },
    queries: queryCounts(),
  }
}

export function count<K>(of: Map<K, number>, key: K, by = 1): void {
  of.set(key, (of.get(key) ?? 0) + by)
}
