import type {
  KeyValue,
  KeyValueStore,
  SessionStore,
  TimestampedKeyValueStore,
  TimestampedWindowStore,
  VersionedStore,
  WindowStore,
} from '../../stores/store'
import { windowedKey } from './values'
import type { StoreEntry, StoreKind } from './vector'

const plain = ({ key, value }: KeyValue<unknown, unknown>): StoreEntry => [windowedKey(key)!, value]

const stamped = ({
  key,
  value,
}: KeyValue<unknown, { readonly value: unknown; readonly timestamp: number }>): StoreEntry => [
  windowedKey(key)!,
  value.value,
  value.timestamp,
]

const readers: { readonly [Kind in StoreKind]: (store: unknown) => readonly StoreEntry[] } = {
  kv: (store) => [...(store as KeyValueStore<unknown, unknown>).all()].map(plain),
  'timestamped-kv': (store) => [...(store as TimestampedKeyValueStore<unknown, unknown>).all()].map(stamped),
  window: (store) => [...(store as WindowStore<unknown, unknown>).all()].map(plain),
  'timestamped-window': (store) => [...(store as TimestampedWindowStore<unknown, unknown>).all()].map(stamped),
  session: (store) => [...(store as SessionStore<unknown, unknown>).all()].map(plain),
  versioned: (store) => [...(store as VersionedStore<unknown, unknown>).all()].map(stamped),
}

/** All that is visible in a store, as the vectors list it. */
export function storeEntries(kind: StoreKind, store: unknown): readonly StoreEntry[] {
  return readers[kind](store)
}
