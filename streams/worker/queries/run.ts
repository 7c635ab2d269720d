import type { AnyStoreDeclaration } from '../../stores/declaration'
import type {
  KeyValue,
  KeyValueStore,
  SessionStore,
  ValueAndTimestamp,
  VersionedRecord,
  VersionedStore,
  Windowed,
  WindowStore,
} from '../../stores/store'
import { queryInvalid } from './errors'
import type { QueryKind, StoreItem, StoreQuery } from './query'

/** What a store can be asked, by its kind. */
const kinds: Readonly<Record<AnyStoreDeclaration['kind'], readonly QueryKind[]>> = {
  'key-value': ['get', 'range', 'prefix', 'all', 'count'],
  'timestamped-key-value': ['get', 'range', 'prefix', 'all', 'count'],
  versioned: ['get', 'all'],
  window: ['window', 'windows', 'window-range', 'all'],
  'timestamped-window': ['window', 'windows', 'window-range', 'all'],
  session: ['session', 'sessions', 'all'],
}

const EVER = Number.NEGATIVE_INFINITY
const NEVER_ENDS = Number.POSITIVE_INFINITY

export function kindsOf({ kind }: AnyStoreDeclaration): readonly QueryKind[] {
  return kinds[kind]
}

/** What a store answers: entries, in the order of key bytes and then of time, or how many there are. */
export type Found = { readonly items: Iterable<StoreItem> } | { readonly count: number }

/**
 * Asks the view of one open store. It is read through the cache, as operators read it: what has been processed is seen,
 * whether or not it has been committed (as in Kafka Streams).
 * @throws TerminalError QUERY_INVALID where a store of that kind cannot be asked this
 */
export function runQuery(declaration: AnyStoreDeclaration, view: unknown, query: StoreQuery): Found {
  refuseUnfit(declaration, query)
  switch (declaration.kind) {
    case 'key-value':
      return keyValueFound(view as KeyValueStore<unknown, unknown>, query, (value) => ({ value }))
    case 'timestamped-key-value':
      return keyValueFound(view as KeyValueStore<unknown, ValueAndTimestamp<unknown>>, query, withTimestamp)
    case 'versioned':
      return versionedFound(view as VersionedStore<unknown, unknown>, query)
    case 'window':
      return windowFound(view as WindowStore<unknown, unknown>, query, (value) => ({ value }))
    case 'timestamped-window':
      return windowFound(view as WindowStore<unknown, ValueAndTimestamp<unknown>>, query, withTimestamp)
    case 'session':
      return sessionFound(view as SessionStore<unknown, unknown>, query)
  }
}

/** @throws TerminalError QUERY_INVALID */
export function refuseUnfit({ name, kind }: AnyStoreDeclaration, query: StoreQuery): void {
  if (!kinds[kind].includes(query.kind)) {
    throw queryInvalid(name, `a ${kind} store cannot be asked '${query.kind}', only ${kinds[kind].join(', ')}`)
  }
  if ('asOf' in query && query.asOf !== undefined && kind !== 'versioned')
    throw queryInvalid(name, `only a versioned store knows what held as of a time, and this is a ${kind} store`)
}

type Shown = Pick<StoreItem, 'value' | 'timestamp'>

function withTimestamp({ value, timestamp }: ValueAndTimestamp<unknown> | VersionedRecord<unknown>): Shown {
  return { value, timestamp }
}

function* one(key: unknown, shown: Omit<StoreItem, 'key'> | undefined): Generator<StoreItem> {
  if (shown !== undefined) yield { key, ...shown }
}

function* plain<U>(entries: Iterable<KeyValue<unknown, U>>, show: (unit: U) => Shown): Generator<StoreItem> {
  for (const { key, value } of entries) yield { key, ...show(value) }
}

function* windowed<U>(
  entries: Iterable<KeyValue<Windowed<unknown>, U>>,
  show: (unit: U) => Shown,
): Generator<StoreItem> {
  for (const { key, value } of entries) yield { key: key.key, ...key.window, ...show(value) }
}

const shownOf = <U>(unit: U | undefined, show: (unit: U) => Shown) => (unit === undefined ? undefined : show(unit))

function keyValueFound<U>(view: KeyValueStore<unknown, U>, query: StoreQuery, show: (unit: U) => Shown): Found {
  switch (query.kind) {
    case 'get':
      return { items: one(query.key, shownOf(view.get(query.key), show)) }
    case 'range':
      return {
        items: plain(query.reverse ? view.reverseRange(query.from, query.to) : view.range(query.from, query.to), show),
      }
    case 'prefix':
      return { items: plain(view.prefixScan(query.prefix), show) }
    case 'count':
      return { count: view.approximateNumEntries() }
    default:
      return { items: plain('reverse' in query && query.reverse ? view.reverseAll() : view.all(), show) }
  }
}

function versionedFound(view: VersionedStore<unknown, unknown>, query: StoreQuery): Found {
  return query.kind === 'get'
    ? { items: one(query.key, shownOf(view.get(query.key, query.asOf), withTimestamp)) }
    : { items: plain(view.all(), withTimestamp) }
}

function windowFound<U>(view: WindowStore<unknown, U>, query: StoreQuery, show: (unit: U) => Shown): Found {
  switch (query.kind) {
    case 'window':
      return { items: windowed([...view.fetchRange(query.key, query.start, query.start)].slice(0, 1), show) }
    case 'windows': {
      const { key, from = EVER, to = NEVER_ENDS, reverse } = query
      return {
        items: windowed(reverse ? view.backwardFetchRange(key, from, to) : view.fetchRange(key, from, to), show),
      }
    }
    case 'window-range': {
      const { from = EVER, to = NEVER_ENDS, fromKey, toKey } = query
      return { items: windowed(view.fetchAll(from, to, fromKey, toKey), show) }
    }
    default:
      return { items: windowed(view.all(), show) }
  }
}

function sessionFound(view: SessionStore<unknown, unknown>, query: StoreQuery): Found {
  const show = (value: unknown): Shown => ({ value })
  switch (query.kind) {
    case 'session': {
      const { key, start, end } = query
      const value = view.fetchSession(key, start, end)
      return { items: one(key, value === undefined ? undefined : { value, start, end }) }
    }
    case 'sessions': {
      const { key, earliestEnd = EVER, latestStart = NEVER_ENDS } = query
      return { items: windowed(view.findSessions(key, earliestEnd, latestStart), show) }
    }
    default:
      return { items: windowed(view.all(), show) }
  }
}
