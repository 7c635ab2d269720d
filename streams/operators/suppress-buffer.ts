import type { SuppressSpec } from '../graph/specs/suppress'
import { type Buffered, type BufferPlace, type BufferTimes, bufferTimes } from '../serdes/buffered'
import type { KeyValueStore } from '../stores/store'
import { keyId } from './key-id'
import type { OperatorContext } from './operator'

export interface HeldBack {
  readonly key: unknown
  readonly update: Buffered<unknown>
}

/** Updates that are held back, one per key, in the order of the times under which the keys came in and then of the key bytes. */
export interface SuppressBuffer {
  readonly size: number
  /** The time of the oldest; Infinity when empty. */
  readonly earliest: number
  get(key: unknown): Buffered<unknown> | undefined
  /** A key that is here already keeps its place. */
  put(key: unknown, time: number, update: Buffered<unknown>): void
  /** Takes out the oldest, as long as it is to go. */
  takeWhile(due: () => boolean, take: (held: HeldBack) => void): void
  /** The largest timestamp observed, ms. */
  observe(timestamp: number): number
  /** Before a commit: keeps the time. */
  keepTime(): void
}

type Store = KeyValueStore<BufferPlace<unknown>, Buffered<unknown> | BufferTimes>
type Place = BufferPlace<unknown> & { readonly kind: 'update' }

export function suppressBuffer(
  spec: Pick<SuppressSpec, 'buffer'>,
  context: Pick<OperatorContext, 'store'>,
): SuppressBuffer {
  const store = context.store(spec.buffer.name) as Store
  /** Where each key is in the store. */
  let places: Map<string, Place> | undefined
  let earliest = Number.POSITIVE_INFINITY
  let streamTime = -1
  let keptTime = -1

  /** Read with the first record, since stores are restored after the operators are made. */
  const known = (): Map<string, Place> => {
    if (places !== undefined) return places
    places = new Map()
    for (const { key: place, value } of store.all()) {
      if (place.kind === 'update') places.set(keyId(place.key), place)
      else if (value.kind === 'times') streamTime = keptTime = value.streamTime
    }
    earliest = oldest()?.time ?? Number.POSITIVE_INFINITY
    return places
  }
  /** Places are found in the order of the keys' bytes, which only the store knows. */
  const oldest = (): Place | undefined => {
    for (const { key: place } of store.all()) return place.kind === 'update' ? place : undefined
    return undefined
  }

  return {
    get size() {
      return known().size
    },
    get earliest() {
      known()
      return earliest
    },
    get: (key) => {
      const place = known().get(keyId(key))
      return place === undefined ? undefined : (store.get(place) as Buffered<unknown>)
    },
    put: (key, time, update) => {
      const id = keyId(key)
      const place = known().get(id) ?? { kind: 'update', time, key }
      known().set(id, place)
      earliest = Math.min(earliest, place.time)
      store.put(place, update)
    },
    takeWhile: (due, take) => {
      if (!due()) return
      for (const { key: place, value } of store.all()) {
        if (place.kind === 'times' || value.kind === 'times') break
        earliest = place.time
        if (!due()) return
        known().delete(keyId(place.key))
        store.put(place, null)
        take({ key: place.key, update: value })
      }
      earliest = Number.POSITIVE_INFINITY
    },
    observe: (timestamp) => {
      known()
      streamTime = Math.max(streamTime, timestamp)
      return streamTime
    },
    keepTime: () => {
      if (streamTime === keptTime) return
      keptTime = streamTime
      store.put(bufferTimes, { kind: 'times', streamTime })
    },
  }
}
