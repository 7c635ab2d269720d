/** Stores as they are queried from code: typed by the declaration, answered by whoever has the partition. */
import type { Serde } from '../../serdes/serde'
import type { AnyStoreDeclaration } from '../../stores/declaration'
import type { KeyValue, ValueAndTimestamp, VersionedRecord, Windowed } from '../../stores/store'
import { type Answer, answerOf, type ReadOptions, type StoreItem, type StoreQuery } from './query'
import type { Router } from './router'

/** Entries that come as they are read, in the order of key bytes (and then of time). */
export interface Entries<E> extends AsyncIterable<E> {
  /** All of them, with the position they hold and how stale they are. */
  answer(): Promise<Answer<readonly E[]>>
}

export interface RangeOptions extends ReadOptions {
  /** From the last key to the first. */
  readonly reverse?: boolean
}

/**
 * A key-value store to be queried (cf. ReadOnlyKeyValueStore and KeyQuery, RangeQuery of Kafka Streams). Each method
 * throws what `Worker#store` says.
 */
export interface KeyValueQueries<K, V> {
  get(key: K, options?: ReadOptions): Promise<Answer<V | undefined>>
  /** Entries with `from <= key <= to`; an open end where undefined. */
  range(from?: K, to?: K, options?: RangeOptions): Entries<KeyValue<K, V>>
  /** Entries whose key's bytes begin with the encoded prefix. */
  prefixScan(prefix: K, options?: ReadOptions): Entries<KeyValue<K, V>>
  all(options?: RangeOptions): Entries<KeyValue<K, V>>
  approximateNumEntries(options?: ReadOptions): Promise<Answer<number>>
}

/** Cf. VersionedKeyQuery of Kafka Streams (KIP-960). */
export interface VersionedQueries<K, V> {
  /** The latest version, or the one that held at `asOf` (ms). */
  get(key: K, options?: ReadOptions & { readonly asOf?: number }): Promise<Answer<VersionedRecord<V> | undefined>>
  /** The latest versions of all keys. */
  all(options?: ReadOptions): Entries<KeyValue<K, VersionedRecord<V>>>
}

/** Times in ms, both ends inclusive; cf. ReadOnlyWindowStore of Kafka Streams. */
export interface WindowQueries<K, V> {
  /** The window that starts at `windowStart`. */
  fetch(key: K, windowStart: number, options?: ReadOptions): Promise<Answer<V | undefined>>
  /** Windows of a key that start within `from..to`, oldest first. */
  fetchRange(key: K, from: number, to: number, options?: RangeOptions): Entries<KeyValue<Windowed<K>, V>>
  /** Windows of all keys, or of those within `fromKey..toKey`, that start within `from..to`. */
  fetchAll(
    from: number,
    to: number,
    options?: ReadOptions & { readonly fromKey?: K; readonly toKey?: K },
  ): Entries<KeyValue<Windowed<K>, V>>
  all(options?: ReadOptions): Entries<KeyValue<Windowed<K>, V>>
}

/** Cf. ReadOnlySessionStore of Kafka Streams. */
export interface SessionQueries<K, V> {
  fetchSession(key: K, start: number, end: number, options?: ReadOptions): Promise<Answer<V | undefined>>
  /** All sessions of the key, by start. */
  fetch(key: K, options?: ReadOptions): Entries<KeyValue<Windowed<K>, V>>
  /** Sessions of the key whose end >= `earliestSessionEnd` and start <= `latestSessionStart` (ms), by start. */
  findSessions(
    key: K,
    earliestSessionEnd: number,
    latestSessionStart: number,
    options?: ReadOptions,
  ): Entries<KeyValue<Windowed<K>, V>>
  all(options?: ReadOptions): Entries<KeyValue<Windowed<K>, V>>
}

/** How the store that a declaration declares is queried. */
export type QueriesOf<D> = D extends {
  readonly kind: 'key-value'
  readonly key: Serde<infer K>
  readonly value: Serde<infer V>
}
  ? KeyValueQueries<K, V>
  : D extends { readonly kind: 'timestamped-key-value'; readonly key: Serde<infer K>; readonly value: Serde<infer V> }
    ? KeyValueQueries<K, ValueAndTimestamp<V>>
    : D extends { readonly kind: 'versioned'; readonly key: Serde<infer K>; readonly value: Serde<infer V> }
      ? VersionedQueries<K, V>
      : D extends { readonly kind: 'timestamped-window'; readonly key: Serde<infer K>; readonly value: Serde<infer V> }
        ? WindowQueries<K, ValueAndTimestamp<V>>
        : D extends {
              readonly kind: 'window' | 'timestamped-window'
              readonly key: Serde<infer K>
              readonly value: Serde<infer V>
            }
          ? WindowQueries<K, V>
          : D extends { readonly kind: 'session'; readonly key: Serde<infer K>; readonly value: Serde<infer V> }
            ? SessionQueries<K, V>
            : never

/** What names a store: its declaration, which gives the types. */
export interface StoreHandle {
  readonly name: string
  readonly kind: AnyStoreDeclaration['kind']
}

/** How values are shown: stores that keep timestamps give them with the value, as their views do. */
type Shape = (item: StoreItem) => unknown

/** @throws MillraceError STORE_UNKNOWN */
export function storeQueries(router: Router, name: string): object {
  const { declaration } = router.placing.find(name)
  const shape: Shape = keepsTimestamps(declaration.kind)
    ? ({ value, timestamp }) => ({ value, timestamp })
    : ({ value }) => value
  const ask = asking(router, name, shape)
  switch (declaration.kind) {
    case 'key-value':
    case 'timestamped-key-value':
      return keyValueQueries(ask)
    case 'versioned':
      return versionedQueries(ask)
    case 'window':
    case 'timestamped-window':
      return windowQueries(ask)
    case 'session':
      return sessionQueries(ask)
  }
}

function keepsTimestamps(kind: AnyStoreDeclaration['kind']): boolean {
  return kind === 'timestamped-key-value' || kind === 'timestamped-window' || kind === 'versioned'
}

interface Asking {
  one(query: StoreQuery, options?: ReadOptions): Promise<Answer<unknown>>
  count(query: StoreQuery, options?: ReadOptions): Promise<Answer<number>>
  many(query: StoreQuery, options?: ReadOptions): Entries<KeyValue<unknown, unknown>>
}

function asking(router: Router, store: string, shape: Shape): Asking {
  const entry = (item: StoreItem): KeyValue<unknown, unknown> => ({
    key: item.start === undefined ? item.key : { key: item.key, window: { start: item.start, end: item.end! } },
    value: shape(item),
  })
  return {
    one: async (query, options) => {
      const { answeredBy, items } = await router.ask(store, query, options)
      for await (const item of items) return answerOf(shape(item), answeredBy)
      return answerOf(undefined, answeredBy)
    },
    count: async (query, options) => {
      const { answeredBy, count, close } = await router.ask(store, query, options)
      close()
      return answerOf(count ?? 0, answeredBy)
    },
    many: (query, options) => ({
      async *[Symbol.asyncIterator]() {
        const { items } = await router.ask(store, query, options)
        for await (const item of items) yield entry(item)
      },
      answer: async () => {
        const { answeredBy, items } = await router.ask(store, query, options)
        const entries: KeyValue<unknown, unknown>[] = []
        for await (const item of items) entries.push(entry(item))
        return answerOf(entries, answeredBy)
      },
    }),
  }
}

function keyValueQueries(ask: Asking): KeyValueQueries<unknown, unknown> {
  return {
    get: (key, options) => ask.one({ kind: 'get', key }, options),
    range: (from, to, options) => ask.many({ kind: 'range', from, to, reverse: options?.reverse }, options),
    prefixScan: (prefix, options) => ask.many({ kind: 'prefix', prefix }, options),
    all: (options) => ask.many({ kind: 'all', reverse: options?.reverse }, options),
    approximateNumEntries: (options) => ask.count({ kind: 'count' }, options),
  }
}

function versionedQueries(ask: Asking): VersionedQueries<unknown, unknown> {
  return {
    get: (key, options) =>
      ask.one({ kind: 'get', key, asOf: options?.asOf }, options) as ReturnType<
        VersionedQueries<unknown, unknown>['get']
      >,
    all: (options) => ask.many({ kind: 'all' }, options) as ReturnType<VersionedQueries<unknown, unknown>['all']>,
  }
}

type WindowEntries = Entries<KeyValue<Windowed<unknown>, unknown>>

function windowQueries(ask: Asking): WindowQueries<unknown, unknown> {
  return {
    fetch: (key, start, options) => ask.one({ kind: 'window', key, start }, options),
    fetchRange: (key, from, to, options) =>
      ask.many({ kind: 'windows', key, from, to, reverse: options?.reverse }, options) as WindowEntries,
    fetchAll: (from, to, options) =>
      ask.many(
        { kind: 'window-range', from, to, fromKey: options?.fromKey, toKey: options?.toKey },
        options,
      ) as WindowEntries,
    all: (options) => ask.many({ kind: 'all' }, options) as WindowEntries,
  }
}

function sessionQueries(ask: Asking): SessionQueries<unknown, unknown> {
  return {
    fetchSession: (key, start, end, options) => ask.one({ kind: 'session', key, start, end }, options),
    fetch: (key, options) => ask.many({ kind: 'sessions', key }, options) as WindowEntries,
    findSessions: (key, earliestEnd, latestStart, options) =>
      ask.many({ kind: 'sessions', key, earliestEnd, latestStart }, options) as WindowEntries,
    all: (options) => ask.many({ kind: 'all' }, options) as WindowEntries,
  }
}
