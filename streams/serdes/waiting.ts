/**
 * What a left or outer join of two streams keeps of the records that have no partner yet. The bytes of a key are the
 * timestamp, then the side (right before left), then the record's key, so that the store's order is the order of falling due.
 */
import { guarded, written } from './guarded'
import { longAt, putLong } from './longs'
import { optionalBytes, readOptional } from './parts'
import type { OpenSerde, Serde, SerdeContext } from './serde'

export type JoinSide = 'left' | 'right'

/** `times` is the place of the join's own times among the waiting records: behind all of them. */
export type WaitingKey<K> =
  | { readonly kind: 'record'; readonly timestamp: number; readonly side: JoinSide; readonly key: K }
  | { readonly kind: 'times' }

/** The values of one side, key and timestamp, in the order of arrival. */
export interface Waiting {
  readonly side: JoinSide
  readonly values: readonly unknown[]
}

/** What both sides of the join have seen together; kept, so that a restart changes no result. */
export interface JoinTimes {
  /** ms; -1 before the first record. */
  readonly streamTime: number
  /** ms; no waiting record is older, Infinity when none is known. */
  readonly earliestWaiting: number
}

export const joinTimes: WaitingKey<never> = Object.freeze({ kind: 'times' })

const RIGHT = 0
const LEFT = 1
const TIMES = 0xff

export function waitingKey<K>(key: Pick<Serde<K>, 'name' | 'open'>): Serde<WaitingKey<K>> {
  const open = (context: SerdeContext): OpenSerde<WaitingKey<K>> => {
    const inner = key.open(context)
    return {
      ...(inner.ready && { ready: inner.ready }),
      ...guarded<WaitingKey<K>>(context, {
        encode: (place) => {
          if (place.kind === 'times') return Buffer.of(TIMES)
          const head = Buffer.allocUnsafe(9)
          putLong(head, place.timestamp, 0)
          head[8] = place.side === 'left' ? LEFT : RIGHT
          return Buffer.concat([head, written(inner.encode(place.key), context)])
        },
        decode: (bytes) => {
          if (bytes[0] === TIMES) return joinTimes
          const side = bytes.readUInt8(8) === LEFT ? 'left' : 'right'
          return { kind: 'record', timestamp: longAt(bytes, 0), side, key: inner.decode(bytes.subarray(9)) }
        },
      }),
    }
  }
  return Object.freeze({ name: `waiting(${key.name})`, nullable: false, open })
}

export interface SideSerdes {
  readonly left: Pick<Serde<unknown>, 'name' | 'open'>
  readonly right: Pick<Serde<unknown>, 'name' | 'open'>
}

/** Values of the two sides are of different types, so their serdes are opened under different names. */
export function waitingValue(serdes: SideSerdes): Serde<Waiting | JoinTimes> {
  const open = (context: SerdeContext): OpenSerde<Waiting | JoinTimes> => {
    const sides = {
      left: serdes.left.open({ ...context, topic: `${context.topic}-left` }),
      right: serdes.right.open({ ...context, topic: `${context.topic}-right` }),
    }
    const ready = [sides.left.ready, sides.right.ready].filter((promise) => promise !== undefined)
    return {
      ...(ready.length > 0 && { ready: Promise.all(ready).then(() => undefined) }),
      ...guarded<Waiting | JoinTimes>(context, {
        encode: (waiting) => {
          if ('streamTime' in waiting) return encodeTimes(waiting)
          const { encode } = sides[waiting.side]
          const values = waiting.values.map((value) => optionalBytes(written(encode(value), context)))
          return Buffer.concat([Buffer.of(waiting.side === 'left' ? LEFT : RIGHT), ...values])
        },
        decode: (bytes) => {
          if (bytes[0] === TIMES) return decodeTimes(bytes)
          const side = sideOf(bytes)
          return { side, values: readOptional(bytes, 1).map(sides[side].decode) }
        },
      }),
      prepare: (batch) => {
        const known = batch.filter((bytes) => bytes !== null && bytes[0] !== TIMES) as Buffer[]
        const pending = (['left', 'right'] as const).flatMap((side) => {
          const own = known.filter((bytes) => sideOf(bytes) === side).flatMap((bytes) => readOptional(bytes, 1))
          return sides[side].prepare?.(own) ?? []
        })
        return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined)
      },
    }
  }
  return Object.freeze({ name: `waiting(${serdes.left.name},${serdes.right.name})`, nullable: false, open })
}

function sideOf(bytes: Buffer): JoinSide {
  return bytes[0] === LEFT ? 'left' : 'right'
}

function encodeTimes({ streamTime, earliestWaiting }: JoinTimes): Buffer {
  const bytes = Buffer.allocUnsafe(17)
  bytes[0] = TIMES
  bytes.writeDoubleBE(streamTime, 1)
  bytes.writeDoubleBE(earliestWaiting, 9)
  return bytes
}

function decodeTimes(bytes: Buffer): JoinTimes {
  return { streamTime: bytes.readDoubleBE(1), earliestWaiting: bytes.readDoubleBE(9) }
}
