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
 * write was a deletion has no latest version: that something ended then is all that is known of the deletion, so that
 * one at the very time of the latest version leaves no trace (as in Kafka Streams' RocksDBVersionedStore).
 */
export interface VersionLines<V> {
  put(key: string, cell: Cell<V> | null, timestamp: number): VersionedWrite
  get(key: string, asOf: number | undefined): Latest<V> | undefined
  all(): Iterable<Unit<Latest<V>>>
}

interface Ended<V> {
  readonly until: number
  readonly version: Version<V>
}

export function versionLines<V>(
  latestUnits: WriteBack<Latest<V>>,
  history: Timelines<Version<V>>,
  time: StreamTime,
): VersionLines<V> {
  function keep(key: string, version: Version<V>, until: number): void {
    history.put(time.segmentOf(until), key, slot(orderedLong(until), version))
  }

  /** The first version that ended after `timestamp`. */
  function endedAfter(key: string, timestamp: number): Ended<V> | undefined {
    const range = { from: orderedLong(timestamp + 1) }
    for (const segment of time.visiblePart(timestamp + 1, Number.POSITIVE_INFINITY)?.segments ?? []) {
      for (const { at, payload } of history.slots(segment, key, range))
        return { until: readOrderedLong(at, 0), version: payload! }
    }
    return undefined
  }

  /** A write after all that is known. A deletion that ends nothing is kept as a version that ended as it began. */
  function append(key: string, cell: Cell<V> | null, timestamp: number): void {
    if (cell !== null) {
      latestUnits.set(latestId(key), { timestamp, cell }, timestamp)
    } else if (history.get(time.segmentOf(timestamp), key, orderedLong(timestamp)) === undefined) {
      keep(key, { from: timestamp, cell }, timestamp)
    }
  }

  /** A write in the past: it holds until the next write after it, and cuts short the version that held at its time. */
  function insert(key: string, { from, cell }: Version<V>, { until, version }: Ended<V>): void {
    if (version.from < from) keep(key, version, from)
    keep(key, { from, cell }, version.from <= from ? until : version.from)
  }

  return {
    put(key, cell, timestamp) {
      if (timestamp < time.horizon()) return 'refused'
      time.observe(timestamp)
      const latest = latestUnits.get(latestId(key))
      if (latest !== undefined && latest.timestamp <= timestamp) {
        if (latest.timestamp < timestamp) keep(key, { from: latest.timestamp, cell: latest.cell }, timestamp)
        latestUnits.set(latestId(key), cell === null ? undefined : { timestamp, cell }, timestamp)
        return 'latest'
      }
      const next = endedAfter(key, timestamp)
      if (next !== undefined) insert(key, { from: timestamp, cell }, next)
      else if (latest !== undefined) keep(key, { from: timestamp, cell }, latest.timestamp)
      else append(key, cell, timestamp)
      return next === undefined && latest === undefined ? 'latest' : 'past'
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
