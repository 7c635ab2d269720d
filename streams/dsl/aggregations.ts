import { type Node, node } from '../graph/node'
import type { Aggregation, ErasedAggregator } from '../graph/specs/aggregate'
import type { EmitStrategy, SessionWindows, TimeWindows } from '../graph/windows'
import { sessionWindowed, timeWindowed, type Windowed } from '../serdes/windowed'
import type { SessionStoreDeclaration } from '../stores/declaration'
import { erase } from './erase'
import { rowsOf, Table, type TableStore } from './table'
import { requireFit, timesStore, type WindowedStore } from './windowed-store'

/** null deletes the aggregate; the next record of the key begins with the initializer again. */
export type Aggregator<K, V, A> = (aggregate: A, value: V, key: K) => A | null

/** What two sessions that become one come to. */
export type SessionMerger<K, A> = (left: A, right: A, key: K) => A

export const zero = () => 0
export const plusOne = (count: number) => count + 1
/** The initial aggregate of a reduction: there is none. */
export const none = () => null

/** The first value is the aggregate as it is. */
export function reducing(reducer: unknown): ErasedAggregator {
  const reduce = erase<(aggregate: unknown, value: unknown) => unknown>(reducer)
  return (aggregate, value) => (aggregate === null ? value : reduce(aggregate, value))
}

/** Sessions merged into none yet are taken as they are. */
export function mergingReduced(reducer: unknown): ErasedSessionMerger {
  const reduce = erase<(aggregate: unknown, value: unknown) => unknown>(reducer)
  return (left, right) => (left === null ? right : reduce(left, right))
}

type ErasedSessionMerger = (left: unknown, right: unknown, key: unknown) => unknown

export interface Folding {
  /** One per aggregator. */
  readonly parents: readonly Node[]
  readonly initializer: unknown
  readonly aggregators: readonly ErasedAggregator[]
}

export function aggregateTable<K, A>(folding: Folding, store: TableStore<K, A>): Table<K, A> {
  const declared = erase<TableStore<unknown, unknown>>(store)
  const from = node(
    { type: 'aggregate', ...aggregationOf(folding), store: declared, stores: [declared] },
    folding.parents,
  )
  return new Table<K, A>(from, { serdes: { key: store.key, value: store.value }, rows: rowsOf(store), mend: '' })
}

export interface WindowFolding<W> extends Folding {
  readonly windows: W
  readonly emit: EmitStrategy
}

/** @throws MillraceError TOPOLOGY_INVALID: the store does not fit the windows */
export function windowTable<K, A>(
  folding: WindowFolding<TimeWindows>,
  store: WindowedStore<K, A>,
): Table<Windowed<K>, A> {
  const { windows, emit, parents } = folding
  requireFit(store, windows)
  const declared = erase<WindowedStore<unknown, unknown>>(store)
  const times = timesStore(declared)
  const common = { ...aggregationOf(folding), emit, times, store: declared, stores: [declared, times] }
  const from =
    windows.kind === 'sliding'
      ? node({ type: 'sliding-aggregate', windows, ...common }, parents)
      : node({ type: 'hopping-aggregate', windows, ...common }, parents)
  const key = timeWindowed(store.key, windows.sizeMs)
  return new Table<Windowed<K>, A>(from, { serdes: { key, value: store.value }, rows: 'latest', mend: '' })
}

export interface SessionFolding extends WindowFolding<SessionWindows> {
  readonly merger: unknown
}

/** @throws MillraceError TOPOLOGY_INVALID: the store does not fit the windows */
export function sessionTable<K, A>(
  folding: SessionFolding,
  store: SessionStoreDeclaration<K, A>,
): Table<Windowed<K>, A> {
  const { windows, emit, parents, merger } = folding
  requireFit(store, windows)
  const declared = erase<SessionStoreDeclaration<unknown, unknown>>(store)
  const times = timesStore(declared)
  const kept = { store: declared, times, stores: [declared, times] }
  const from = node(
    { type: 'session-aggregate', windows, merger: erase(merger), ...aggregationOf(folding), emit, ...kept },
    parents,
  )
  const key = sessionWindowed(store.key)
  return new Table<Windowed<K>, A>(from, { serdes: { key, value: store.value }, rows: 'latest', mend: '' })
}

function aggregationOf({ initializer, aggregators }: Folding): Aggregation {
  return { initializer: erase(initializer), aggregators }
}
