import type { OpenSerde } from '../serdes/serde'
import { readLong, writeLong } from './bytes'
import type { ValueAndTimestamp } from './store'
import type { Head } from './write-back'

/** How a value lies in the back end, and how it goes to the changelog and comes from there. */
export interface ValueFormat<U> {
  /** What the serde is given of a value. */
  content(value: U): unknown
  /** How it writes that: `OpenSerde.encoding`. */
  readonly encoding: unknown
  /** What the changelog record holds: what the serde writes. @throws TerminalError SERIALIZATION_FAILED */
  serialize(value: U): Buffer | null
  /** Its timestamp; `changedAt` is that of the record that made the change. */
  timestampOf(value: U, changedAt: number): number
  /** What lies in the back end before what the serde writes. */
  readonly head?: Head<U>
  /** From what lies in the back end. @throws TerminalError DESERIALIZATION_FAILED */
  decode(bytes: Buffer): U
  /** What the changelog record holds for stored bytes. */
  logged(bytes: Buffer): Buffer
  /** Its timestamp; `changedAt` is that of the record that made the change. */
  loggedAt(bytes: Buffer, changedAt: number): number
  restored(value: Buffer, timestamp: number): Buffer
}

export function plainValues<V>(serde: OpenSerde<V>): ValueFormat<V> {
  return {
    content: (value) => value,
    encoding: serde.encoding,
    serialize: (value) => serde.encode(value),
    timestampOf: (_value, changedAt) => changedAt,
    decode: (bytes) => serde.decode(bytes),
    logged: (bytes) => bytes,
    loggedAt: (_bytes, changedAt) => changedAt,
    restored: (value) => value,
  }
}

const TIMESTAMP_BYTES = 8

/** Locally 8 bytes of timestamp stand before the value; in the changelog the timestamp is the record's (as in Kafka Streams). */
export function timestampedValues<V>(serde: OpenSerde<V>): ValueFormat<ValueAndTimestamp<V>> {
  return {
    content: ({ value }) => value,
    encoding: serde.encoding,
    serialize: ({ value }) => serde.encode(value),
    timestampOf: ({ timestamp }) => timestamp,
    head: { length: TIMESTAMP_BYTES, write: ({ timestamp }, target, at) => writeLong(target, timestamp, at) },
    decode: (bytes) => ({ value: serde.decode(bytes.subarray(TIMESTAMP_BYTES)), timestamp: readLong(bytes, 0) }),
    logged: (bytes) => bytes.subarray(TIMESTAMP_BYTES),
    loggedAt: (bytes) => readLong(bytes, 0),
    restored: stamp,
  }
}

function stamp(value: Buffer, timestamp: number): Buffer {
  const bytes = Buffer.allocUnsafe(TIMESTAMP_BYTES + value.length)
  writeLong(bytes, timestamp, 0)
  value.copy(bytes, TIMESTAMP_BYTES)
  return bytes
}
