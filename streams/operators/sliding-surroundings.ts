import type { TimestampedWindowStore, ValueAndTimestamp } from '../stores/store'

type Stored = ValueAndTimestamp<unknown>

/**
 * What the sliding windows of a key say about a new record. Its left window ends with it, its right window begins just
 * after it; the timestamp of a window's aggregate is that of the last record in it.
 */
export interface Surroundings {
  /** Windows that hold the record's timestamp, in the order in which they are updated. */
  readonly containing: readonly { readonly start: number; readonly held: Stored }[]
  readonly starts: ReadonlySet<number>
  readonly hasLeft: boolean
  readonly hasRight: boolean
  /** Holds what the left window begins with. */
  readonly left?: Stored
  /** Holds what the right window begins with, if something in it is later than the record. */
  readonly right?: Stored
  /** The timestamp of the last record before this one, where the right window of that one may be missing. */
  readonly previous?: number
}

export interface Around {
  readonly store: TimestampedWindowStore<unknown, unknown>
  readonly key: unknown
  readonly timestamp: number
  /** The largest difference of two timestamps in one window. */
  readonly sizeMs: number
}

/** From the latest window back. */
export function surroundings({ store, key, timestamp, sizeMs }: Around): Surroundings {
  const containing: { start: number; held: Stored }[] = []
  const starts = new Set<number>()
  let around: Surroundings = { containing, starts, hasLeft: false, hasRight: false }
  const from = Math.max(0, timestamp - 2 * sizeMs)
  for (const { key: windowed, value: held } of store.backwardFetchRange(key, from, timestamp + 1)) {
    const { start } = windowed.window
    const end = start + sizeMs
    starts.add(start)
    if (start > timestamp) {
      around = { ...around, hasRight: true }
      continue
    }
    if (end < timestamp) return { ...around, left: held, previous: held.timestamp }
    containing.push({ start, held })
    if (end > timestamp) {
      around = { ...around, right: around.right ?? held }
    } else if (held.timestamp >= timestamp) {
      // A record of the same timestamp has been before: there is no window left to begin.
      return { containing, starts, hasLeft: true, hasRight: true }
    } else {
      around = { ...around, hasLeft: true, previous: held.timestamp }
    }
  }
  return around
}

/**
 * The same for a record whose left window would begin before 0. The window that begins at 0 stands in for it and holds all
 * such records; it is `left`.
 */
export function earlySurroundings({ store, key, timestamp }: Around): Surroundings {
  const containing: { start: number; held: Stored }[] = []
  const starts = new Set<number>()
  let around: Surroundings = { containing, starts, hasLeft: false, hasRight: false }
  for (const { key: windowed, value: held } of store.fetchRange(key, 0, timestamp + 1)) {
    const { start } = windowed.window
    starts.add(start)
    if (start > timestamp) {
      around = { ...around, hasRight: true }
    } else if (start > 0) {
      containing.push({ start, held })
      around = { ...around, right: held }
    } else {
      around = { ...around, left: held, ...(held.timestamp < timestamp && { previous: held.timestamp }) }
    }
  }
  return { ...around, right: around.right ?? around.left }
}
