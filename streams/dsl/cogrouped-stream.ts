import type { Node } from '../graph/node'
import type { ErasedAggregator } from '../graph/specs/aggregate'
import type { Windowed } from '../serdes/windowed'
import type { SessionStoreDeclaration } from '../stores/declaration'
import { type Aggregator, aggregateTable, type SessionMerger, sessionTable, windowTable } from './aggregations'
import { erase } from './erase'
import type { GroupedStream } from './grouped-stream'
import type { Table, TableStore } from './table'
import type { WindowedStore } from './windowed-store'
import { onWindowUpdate, type SessionWindows, type TimeWindows } from './windows'

interface Cogrouped {
  readonly node: Node
  readonly aggregator: ErasedAggregator
}

/** Several streams that are folded into one aggregate per key (Kafka Streams: `CogroupedKStream`, KIP-150). */
export class CogroupedStream<K, A> {
  /** @internal */ readonly all: readonly Cogrouped[]
  /** Only the types. @internal */ declare readonly row: { readonly key: K; readonly aggregate: A }

  /** @internal */
  constructor(all: readonly Cogrouped[]) {
    this.all = Object.freeze([...all])
    Object.freeze(this)
  }

  /** One more stream, with its aggregator. */
  cogroup<V>(grouped: GroupedStream<K, V>, aggregator: Aggregator<K, V, A>): CogroupedStream<K, A> {
    return new CogroupedStream<K, A>([...this.all, { node: grouped.node, aggregator: erase(aggregator) }])
  }

  /** The aggregate of each key; records with a null key or value are left out. */
  aggregate(initializer: () => A, store: TableStore<K, A>): Table<K, A> {
    return aggregateTable({ ...foldingOf(this.all), initializer }, store)
  }

  windowedBy(windows: TimeWindows): WindowedCogroupedStream<K, A>
  windowedBy(windows: SessionWindows): SessionWindowedCogroupedStream<K, A>
  windowedBy(
    windows: TimeWindows | SessionWindows,
  ): WindowedCogroupedStream<K, A> | SessionWindowedCogroupedStream<K, A> {
    return windows.kind === 'session'
      ? new SessionWindowedCogroupedStream<K, A>(this.all, windows)
      : new WindowedCogroupedStream<K, A>(this.all, windows)
  }
}

/** A cogroup in time windows (Kafka Streams: `TimeWindowedCogroupedKStream`). Each stream has a stream time of its own. */
export class WindowedCogroupedStream<K, A> {
  /** @internal */ readonly all: readonly Cogrouped[]
  /** @internal */ readonly windows: TimeWindows
  /** Only the types. @internal */ declare readonly row: { readonly key: K; readonly aggregate: A }

  /** @internal */
  constructor(all: readonly Cogrouped[], windows: TimeWindows) {
    this.all = all
    this.windows = windows
    Object.freeze(this)
  }

  /** @throws MillraceError TOPOLOGY_INVALID: the store does not fit the windows */
  aggregate(initializer: () => A, store: WindowedStore<K, A>): Table<Windowed<K>, A> {
    return windowTable({ ...foldingOf(this.all), initializer, windows: this.windows, emit: onWindowUpdate }, store)
  }
}

/** A cogroup in sessions (Kafka Streams: `SessionWindowedCogroupedKStream`). Each stream has a stream time of its own. */
export class SessionWindowedCogroupedStream<K, A> {
  /** @internal */ readonly all: readonly Cogrouped[]
  /** @internal */ readonly windows: SessionWindows
  /** Only the types. @internal */ declare readonly row: { readonly key: K; readonly aggregate: A }

  /** @internal */
  constructor(all: readonly Cogrouped[], windows: SessionWindows) {
    this.all = all
    this.windows = windows
    Object.freeze(this)
  }

  /** `merger` makes one of the aggregates of sessions that meet. @throws MillraceError TOPOLOGY_INVALID: the store does not fit the windows */
  aggregate(
    initializer: () => A,
    merger: SessionMerger<K, A>,
    store: SessionStoreDeclaration<K, A>,
  ): Table<Windowed<K>, A> {
    const { windows } = this
    return sessionTable({ ...foldingOf(this.all), initializer, merger, windows, emit: onWindowUpdate }, store)
  }
}

function foldingOf(all: readonly Cogrouped[]) {
  return { parents: all.map(({ node }) => node), aggregators: all.map(({ aggregator }) => aggregator) }
}
