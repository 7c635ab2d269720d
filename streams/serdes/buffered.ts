/**
 * What a suppression holds back: one update per key. The bytes of a place are the time by which it falls due and then
 * the key's own, so that the store's order is the order in which updates come out.
 */
import { guarded, written } from './guarded'
import { longAt, putLong } from './longs'
import { optionalBytes, readOptional } from './parts'
import type { OpenSerde, Serde, SerdeContext } from './serde'

interface Header {
  readonly key: string
  readonly value: Buffer | null
}

/** `times` is the place of the suppression's own time among the updates: behind all of them. */
export type BufferPlace<K> =
  | { readonly kind: 'update'; readonly time: number; readonly key: K }
  | { readonly kind: 'times' }

export interface Buffered<V> {
  readonly kind: 'update'
  /** Of the row, ms. */
  readonly timestamp: number
  readonly headers: readonly Header[]
  readonly newValue: V | null
  readonly oldValue: V | null
  /** The row before the first update held back: what the table shows meanwhile. */
  readonly prior: V | null
}

/** Kept, so that a restart holds nothing back longer than it would have been. */
export interface BufferTimes {
  readonly kind: 'times'
  /** ms */
  readonly streamTime: number
}

export const bufferTimes: BufferPlace<never> = Object.freeze({ kind: 'times' })

const TIMES = 0xff

type Encodes<T> = Pick<Serde<T>, 'name' | 'open'>

export function bufferPlace<K>(key: Encodes<K>): Serde<BufferPlace<K>> {
  const open = (context: SerdeContext): OpenSerde<BufferPlace<K>> => {
    const inner = key.open(context)
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...guarded<BufferPlace<K>>(context, {
        encode: (place) => {
          if (place.kind === 'times') return Buffer.of(TIMES)
          const time = Buffer.allocUnsafe(8)
          putLong(time, place.time, 0)
          return Buffer.concat([time, written(inner.encode(place.key), context)])
        },
        decode: (bytes) => {
          if (bytes[0] === TIMES) return bufferTimes
          return { kind: 'update', time: longAt(bytes, 0), key: inner.decode(bytes.subarray(8)) }
        },
      }),
    }
  }
  return Object.freeze({ name: `bufferPlace(${key.name})`, nullable: false, open })
}

export function buffered<V>(value: Encodes<V>): Serde<Buffered<V> | BufferTimes> {
  const open = (context: SerdeContext): OpenSerde<Buffered<V> | BufferTimes> => {
    const inner = value.open(context)
    const encode = (one: V | null) => optionalBytes(one === null ? null : inner.encode(one))
    const decode = (bytes: Buffer | null) => (bytes === null ? null : inner.decode(bytes))
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...(inner.prepare && {
        prepare: (batch: readonly (Buffer | null)[]) =>
          inner.prepare!(batch.flatMap((bytes) => (bytes === null || bytes[0] === TIMES ? [] : partsOf(bytes).values))),
      }),
      ...guarded<Buffered<V> | BufferTimes>(context, {
        encode: (held) => {
          const head = Buffer.alloc(9)
          if (held.kind === 'times') head[0] = TIMES
          putLong(head, held.kind === 'times' ? held.streamTime : held.timestamp, 1)
          if (held.kind === 'times') return head
          const values = [held.newValue, held.oldValue, held.prior].map(encode)
          return Buffer.concat([head, ...values, ...held.headers.flatMap(headerBytes)])
        },
        decode: (bytes) => {
          if (bytes[0] === TIMES) return { kind: 'times', streamTime: longAt(bytes, 1) }
          const { values, headers } = partsOf(bytes)
          const [newValue = null, oldValue = null, prior = null] = values.map(decode)
          return { kind: 'update', timestamp: longAt(bytes, 1), headers, newValue, oldValue, prior }
        },
      }),
    }
  }
  return Object.freeze({ name: `buffered(${value.name})`, nullable: false, open })
}

function headerBytes({ key, value }: Header): readonly Buffer[] {
  return [optionalBytes(Buffer.from(key, 'utf8')), optionalBytes(value)]
}

/** Values are copied by their serdes; headers are copied here. */
function partsOf(bytes: Buffer): { readonly values: readonly (Buffer | null)[]; readonly headers: readonly Header[] } {
  const parts = readOptional(bytes, 9)
  const headers: Header[] = []
  for (let at = 3; at < parts.length; at += 2) {
    const value = parts[at + 1] ?? null
    headers.push({ key: parts[at]?.toString('utf8') ?? '', value: value === null ? null : Buffer.from(value) })
  }
  return { values: parts.slice(0, 3), headers }
}
