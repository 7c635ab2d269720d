/** Questions to stores and their answers, as data (cf. Query and QueryResult of KIP-796). */
import type { PartitionOffset } from '../../log/port'

/** One question. Keys and times are those of the store; times are in ms and inclusive at both ends. */
export type StoreQuery =
  /** `asOf` (ms): the version that held then; versioned stores only. */
  | { readonly kind: 'get'; readonly key: unknown; readonly asOf?: number }
  /** Keys from `from` to `to`, both inclusive and open where undefined. */
  | { readonly kind: 'range'; readonly from?: unknown; readonly to?: unknown; readonly reverse?: boolean }
  | { readonly kind: 'prefix'; readonly prefix: unknown }
  | { readonly kind: 'all'; readonly reverse?: boolean }
  | { readonly kind: 'count' }
  /** The window of a key that starts at `start`. */
  | { readonly kind: 'window'; readonly key: unknown; readonly start: number }
  /** Windows of one key that start from `from` to `to` (open where undefined), by start. */
  | {
      readonly kind: 'windows'
      readonly key: unknown
      readonly from?: number
      readonly to?: number
      readonly reverse?: boolean
    }
  /** Windows of many keys that start from `from` to `to`. */
  | {
      readonly kind: 'window-range'
      readonly from?: number
      readonly to?: number
      readonly fromKey?: unknown
      readonly toKey?: unknown
    }
  | { readonly kind: 'session'; readonly key: unknown; readonly start: number; readonly end: number }
  /** Sessions of one key that end at `earliestEnd` or later and start at `latestStart` or sooner. */
  | {
      readonly kind: 'sessions'
      readonly key: unknown
      readonly earliestEnd?: number
      readonly latestStart?: number
    }

export type QueryKind = StoreQuery['kind']

/** How a question is to be answered. */
export interface ReadOptions {
  /**
   * The answer must hold the effect of these records of the store's inputs (or of its changelog): what a writer's
   * `write` resolved with, or the `position` of an earlier answer (PositionBound of KIP-796).
   */
  readonly atLeast?: PartitionOffset | readonly PartitionOffset[]
  /** Whether a standby may answer where the active task does not. Its answer says how stale it is. Default false (cf. KIP-535). */
  readonly allowStandby?: boolean
  /** For this long (ms) rebalances, restores, members that do not answer and positions not yet reached are waited out. Default 5,000. */
  readonly timeoutMs?: number
  /** Asks this partition, whatever the key says, or every one. */
  readonly partition?: number | 'all'
  /** Asks this instance only. Default false: the owner is asked, wherever it is. */
  readonly local?: boolean
}

/** How far behind an answer may be. */
export interface Staleness {
  /** Changelog records that were not yet in it. */
  readonly records: number
  /** ms since it was last known to be current. */
  readonly ms: number
}

/** Who answered for one partition of a store, and what the answer holds. */
export interface AnsweredBy {
  readonly taskId: string
  readonly role: 'active' | 'standby' | 'global'
  /** `host:port` of the member, where another one answered. */
  readonly member?: string
  /** The last record of each input (of the changelog, where a standby answers) whose effect the answer holds. */
  readonly position: readonly PartitionOffset[]
  readonly staleness: Staleness
}

export interface Answer<T> {
  readonly value: T
  /** Of all who answered. As `atLeast` of a later question it never sees an earlier state. */
  readonly position: readonly PartitionOffset[]
  /** Of the one furthest behind; zero where active tasks answered. */
  readonly staleness: Staleness
  readonly answeredBy: readonly AnsweredBy[]
}

/** An entry of any store as it is handed on: `start` and `end` where keys are windowed. */
export interface StoreItem {
  readonly key: unknown
  readonly value: unknown
  readonly start?: number
  readonly end?: number
  /** ms; of the value, where the store keeps it. */
  readonly timestamp?: number
}

export function answerOf<T>(value: T, answeredBy: readonly AnsweredBy[]): Answer<T> {
  return {
    value,
    position: answeredBy.flatMap(({ position }) => position),
    staleness: {
      records: Math.max(0, ...answeredBy.map(({ staleness }) => staleness.records)),
      ms: Math.max(0, ...answeredBy.map(({ staleness }) => staleness.ms)),
    },
    answeredBy,
  }
}

export function boundsOf({ atLeast = [] }: Pick<ReadOptions, 'atLeast'>): readonly PartitionOffset[] {
  return 'topic' in atLeast ? [atLeast] : atLeast
}

/** The key that says where the answer is; undefined where every partition is to be asked. */
export function keyOf(query: StoreQuery): { readonly key: unknown } | undefined {
  return 'key' in query ? query : undefined
}
