import { orderedLong, readLong, readOrderedLong, writeLong } from './bytes'
import type { Cell, Cells } from './cells'
import type { VersionedWrite } from './store'
import type { StreamTime } from './stream-time'
import { allLatest, latestId } from './timeline-ids'
import type { TimelineCodecs } from './timeline-units'
import type { Timelines } from './timelines'
import type { Unit, UnitCodec, WriteBack } from './write-back'

/** The version that holds now. */
export interface Latest<V> {
  /** ms from which it holds. */
  readonly timestamp: number
  readonly cell: Cell<V>
}

/** A version that held until another was written; until when is told by the `at` of its slot. */
export interface Version<V> {
  readonly from: number
  /** null: there was no value. */
  readonly cell: Cell<V> | null
}

/**
 * The versions of each key on the line of time. The latest one stands by itself, so that it is read without the history.
 * Those before lie under the time at which they ended, which is the time by which they expire. A key whose latest
 * write was a deletion has no latest version, but an open end in its history: later writes in between must know of it.
 */
export interface VersionLines<V> {
  put(key: string, cell: Cell<V> | null, timestamp: number): VersionedWrite
  get(key: string, asOf: number | undefined): Latest<V> | undefined
  all(): Iterable<Unit<Latest<V>>>
}

/** After all times. */
export const OPEN_END = '\xff'.repeat(8)

export function versionLines<V>(
  latestUnits: WriteBack<Latest<V>>,
  history: Timelines<Version<V>>,
  time: StreamTime,
): VersionLines<V> {
  function keep(key: string, version: Version<V>, until: number): void {
    history.put(time.segmentOf(until), key, slot(orderedLong(until), version))
  }

  /** Segments that may hold what ended, or was deleted, at `from` or later. */
  const segmentsFrom = (from: number): readonly number[] =>
    time.visiblePart(from, Number.POSITIVE_INFINITY)?.segments ?? []

  /** The latest deletion. Those before it may still lie in older segments, where nobody looks for them. */
  function openEnd(key: string): Version<V> | undefined {
    for (const segment of segmentsFrom(Number.NEGATIVE_INFINITY).toReversed()) {
      const version = history.get(segment, key, OPEN_END)
      if (version !== undefined) return version
    }
    return undefined
  }

  /** The first version that ended after `timestamp`. */
  function endedAfter(key: string, timestamp: number) {
    const range = { from: orderedLong(timestamp + 1), to: OPEN_END }
    for (const segment of segmentsFrom(timestamp + 1)) {
      for (const { at, payload } of history.slots(segment, key, range))
        return { until: readOrderedLong(at, 0), version: payload! }
    }
    return undefined
  }

  function setLatest(key: string, cell: Cell<V> | null, timestamp: number): void {
    latestUnits.set(latestId(key), cell === null ? undefined : { timestamp, cell }, timestamp)
    if (cell === null) history.put(time.segmentOf(timestamp), key, slot(OPEN_END, { from: timestamp, cell: null }))
  }

  /** A write in the past: it holds until the next write after it, and cuts short the version that held at its time. */
  function insert(
    key: string,
    cell: Cell<V> | null,
    { timestamp, headFrom }: { readonly timestamp: number; readonly headFrom: number },
  ): void {
    const next = endedAfter(key, timestamp)
    if (next !== undefined && next.version.from < timestamp) keep(key, next.version, timestamp)
    const covered = next !== undefined && next.version.from <= timestamp
    keep(key, { from: timestamp, cell }, covered ? next.until : (next?.version.from ?? headFrom))
  }

  /** The write that holds now: a value, a deletion, or none that is remembered. */
  function head(key: string): Version<V> | undefined {
    const latest = latestUnits.get(latestId(key))
    return latest === undefined ? openEnd(key) : { from: latest.timestamp, cell: latest.cell }
  }

  return {
    put(key, cell, timestamp) {
      if (timestamp < time.horizon()) return 'refused'
      time.observe(timestamp)
      const present = head(key)
      if (present !== undefined && timestamp < present.from) {
        insert(key, cell, { timestamp, headFrom: present.from })
        return 'past'
      }
      if (present !== undefined && present.from < timestamp) keep(key, present, timestamp)
      setLatest(key, cell, timestamp)
      return 'latest'
    },
    get(key, asOf) {
      const latest = latestUnits.get(latestId(key))
      if (asOf === undefined || (latest !== undefined && latest.timestamp <= asOf)) return latest
      if (asOf < time.horizon()) return undefined
      const version = endedAfter(key, asOf)?.version
      if (version === undefined || version.from > asOf || version.cell === null) return undefined
      return { timestamp: version.from, cell: version.cell }
    },
    all: () => latestUnits.units(allLatest),
  }
}

function slot<P>(at: string, payload: P | null) {
  return { at, payload, changedAt: 0, logged: true }
}

/** 8 bytes of timestamp, then the value. */
export function latestCodec<V>(values: Cells<V>): UnitCodec<Latest<V>> {
  return {
    encode: ({ timestamp, cell }) => stamped(timestamp, values.bytes(cell), 0),
    decode: (bytes) => ({ timestamp: readLong(bytes, 0), cell: values.stored(bytes.subarray(8)) }),
  }
}

const NO_VALUE = 0
const VALUE = 1

/** 8 bytes of the time from which it held, one that tells whether there was a value, the value. */
export function versionCodec<V>(values: Cells<V>): TimelineCodecs<Version<V>> {
  return {
    atLength: 8,
    payloads: {
      pack({ from, cell }) {
        const bytes = stamped(from, cell === null ? Buffer.alloc(0) : values.bytes(cell), 1)
        bytes[8] = cell === null ? NO_VALUE : VALUE
        return bytes
      },
      unpack: (bytes) => ({
        from: readLong(bytes, 0),
        cell: bytes[8] === NO_VALUE ? null : values.stored(bytes.subarray(9)),
      }),
    },
  }
}

/** The timestamp, `gap` bytes to be filled in, the value. */
function stamped(timestamp: number, value: Buffer, gap: number): Buffer {
  const bytes = Buffer.allocUnsafe(8 + gap + value.length)
  writeLong(bytes, timestamp, 0)
  value.copy(bytes, 8 + gap)
  return bytes
}
