/** Windowed keys as Kafka Streams writes them to topics. */
import { guarded, written } from './guarded'
import { longAt, putLong } from './longs'
import type { OpenSerde, Serde, SerdeContext } from './serde'

/** The key of a windowed result: of a table, of a window or session store. */
export interface Windowed<K> {
  readonly key: K
  readonly window: TimeWindow
}

/** ms. `end` is exclusive for tumbling and hopping windows, inclusive for sliding windows and sessions. */
export interface TimeWindow {
  readonly start: number
  readonly end: number
}

/**
 * Keys of tumbling, hopping and sliding windows: the key's bytes, then the start as 8 bytes, big-endian (Kafka Streams'
 * TimeWindowedSerde). The end is not written; it is the start and the size, which the reader has to know.
 */
export function timeWindowed<K>(key: Serde<K>, windowSizeMs: number): Serde<Windowed<K>> {
  return windowed(key, {
    name: `timeWindowed(${key.name})`,
    length: 8,
    write: (bytes, { start }, at) => putLong(bytes, start, at),
    read: (bytes, at) => {
      const start = longAt(bytes, at)
      return { start, end: start + windowSizeMs }
    },
  })
}

/** Keys of sessions: the key's bytes, then end and start as 8 bytes each, big-endian (Kafka Streams' SessionWindowedSerde). */
export function sessionWindowed<K>(key: Serde<K>): Serde<Windowed<K>> {
  return windowed(key, {
    name: `sessionWindowed(${key.name})`,
    length: 16,
    write: (bytes, { start, end }, at) => {
      putLong(bytes, end, at)
      putLong(bytes, start, at + 8)
    },
    read: (bytes, at) => ({ start: longAt(bytes, at + 8), end: longAt(bytes, at) }),
  })
}

interface WindowFormat {
  readonly name: string
  /** Bytes behind the key. */
  readonly length: number
  write(bytes: Buffer, window: TimeWindow, at: number): void
  read(bytes: Buffer, at: number): TimeWindow
}

function windowed<K>(key: Serde<K>, format: WindowFormat): Serde<Windowed<K>> {
  const open = (context: SerdeContext): OpenSerde<Windowed<K>> => {
    const inner = key.open(context)
    const keyPart = (bytes: Buffer) => bytes.subarray(0, Math.max(0, bytes.length - format.length))
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...(inner.prepare && {
        prepare: (batch: readonly (Buffer | null)[]) =>
          inner.prepare!(batch.map((bytes) => (bytes === null ? null : keyPart(bytes)))),
      }),
      ...guarded<Windowed<K>>(context, {
        encode: ({ key: own, window }) => {
          const encoded = written(inner.encode(own), context)
          const bytes = Buffer.allocUnsafe(encoded.length + format.length)
          encoded.copy(bytes)
          format.write(bytes, window, encoded.length)
          return bytes
        },
        decode: (bytes) => {
          const length = bytes.length - format.length
          if (length < 0)
            throw new RangeError(`a windowed key has at least ${format.length} bytes, got ${bytes.length}`)
          return { key: inner.decode(keyPart(bytes)), window: format.read(bytes, length) }
        },
      }),
    }
  }
  return Object.freeze({ name: format.name, nullable: false, open })
}
