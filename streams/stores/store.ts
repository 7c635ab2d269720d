/**
 * What a processor sees of a store: synchronous, typed, decoded. All iteration is in the order of the key's bytes (and
 * then of the window start). Values read are shared with the cache: treat them as immutable.
 */
import type { Windowed } from '../serdes/windowed'

export type { TimeWindow, Windowed } from '../serdes/windowed'

export interface KeyValue<K, V> {
  readonly key: K
  readonly value: V
}

export interface ReadOnlyKeyValueStore<K, V> {
  get(key: K): V | undefined
  /** Entries with `from <= key <= to`; an open end where undefined. */
  range(from?: K, to?: K): Iterable<KeyValue<K, V>>
  reverseRange(from?: K, to?: K): Iterable<KeyValue<K, V>>
  all(): Iterable<KeyValue<K, V>>
  reverseAll(): Iterable<KeyValue<K, V>>
  /** Entries whose key's bytes begin with the encoded prefix. */
  prefixScan(prefix: K): Iterable<KeyValue<K, V>>
  approximateNumEntries(): number
}

export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  /** null deletes. */
  put(key: K, value: V | null): void
  putAll(entries: Iterable<KeyValue<K, V | null>>): void
  /** The present value, and `value` is put only where there was none. */
  putIfAbsent(key: K, value: V): V | undefined
  /** The value deleted. */
  delete(key: K): V | undefined
}

export interface ValueAndTimestamp<V> {
  readonly value: V
  /** ms */
  readonly timestamp: number
}

export type TimestampedKeyValueStore<K, V> = KeyValueStore<K, ValueAndTimestamp<V>>

export interface VersionedRecord<V> {
  readonly value: V
  /** ms from which this version holds. */
  readonly timestamp: number
}

/** KIP-889. */
/** What became of a versioned write: it holds now, it belongs to the past, or it was older than history retention and dropped. */
export type VersionedWrite = 'latest' | 'past' | 'refused'

export interface VersionedStore<K, V> {
  /** Null deletes as of `timestamp`. */
  put(key: K, value: V | null, timestamp: number): VersionedWrite
  delete(key: K, timestamp: number): VersionedRecord<V> | undefined
  /** The latest version, or the one that held at `asOf` (ms). */
  get(key: K, asOf?: number): VersionedRecord<V> | undefined
  /** The latest versions of all keys, in key order. */
  all(): Iterable<KeyValue<K, VersionedRecord<V>>>
}

export interface ReadOnlyWindowStore<K, V> {
  fetch(key: K, windowStart: number): V | undefined
  /** Windows of a key that start within `from..to` (ms, both inclusive), oldest first. */
  fetchRange(key: K, from: number, to: number): Iterable<KeyValue<Windowed<K>, V>>
  backwardFetchRange(key: K, from: number, to: number): Iterable<KeyValue<Windowed<K>, V>>
  /** Keys `fromKey..toKey` (open where undefined), windows starting within `from..to`. In the order of key bytes, then start. */
  fetchAll(from: number, to: number, fromKey?: K, toKey?: K): Iterable<KeyValue<Windowed<K>, V>>
  all(): Iterable<KeyValue<Windowed<K>, V>>
}

export interface WindowStore<K, V> extends ReadOnlyWindowStore<K, V> {
  /** null deletes. Entries at or beyond retention are dropped without a word, as in Kafka Streams. */
  put(key: K, value: V | null, windowStart: number): void
}

export type TimestampedWindowStore<K, V> = WindowStore<K, ValueAndTimestamp<V>>

export interface ReadOnlySessionStore<K, V> {
  /** Sessions of the key whose end >= `earliestSessionEnd` and start <= `latestSessionStart` (ms), by start. */
  findSessions(key: K, earliestSessionEnd: number, latestSessionStart: number): Iterable<KeyValue<Windowed<K>, V>>
  fetchSession(key: K, start: number, end: number): V | undefined
  /** All sessions of the key. */
  fetch(key: K): Iterable<KeyValue<Windowed<K>, V>>
  all(): Iterable<KeyValue<Windowed<K>, V>>
}

export interface SessionStore<K, V> extends ReadOnlySessionStore<K, V> {
  /** null removes. */
  put(session: Windowed<K>, value: V | null): void
  remove(session: Windowed<K>): void
}

/** The runtime type of the store a declaration declares. */
export type StoreOf<D> = D extends {
  readonly kind: 'key-value'
  readonly key: Codec<infer K>
  readonly value: Codec<infer V>
}
  ? KeyValueStore<K, V>
  : D extends { readonly kind: 'timestamped-key-value'; readonly key: Codec<infer K>; readonly value: Codec<infer V> }
    ? TimestampedKeyValueStore<K, V>
    : D extends { readonly kind: 'versioned'; readonly key: Codec<infer K>; readonly value: Codec<infer V> }
      ? VersionedStore<K, V>
      : D extends { readonly kind: 'timestamped-window'; readonly key: Codec<infer K>; readonly value: Codec<infer V> }
        ? TimestampedWindowStore<K, V>
        : D extends {
              readonly kind: 'window' | 'timestamped-window'
              readonly key: Codec<infer K>
              readonly value: Codec<infer V>
            }
          ? WindowStore<K, V>
          : D extends { readonly kind: 'session'; readonly key: Codec<infer K>; readonly value: Codec<infer V> }
            ? SessionStore<K, V>
            : never

type Codec<T> = { open(context: never): { decode(bytes: Buffer | null): T } }
