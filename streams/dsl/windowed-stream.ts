import type { Node } from '../graph/node'
import type { Windowed } from '../serdes/windowed'
import type { SessionStoreDeclaration } from '../stores/declaration'
import {
  type Aggregator,
  mergingReduced,
  none,
  plusOne,
  reducing,
  type SessionMerger,
  sessionTable,
  windowTable,
  zero,
} from './aggregations'
import { erase } from './erase'
import type { Table } from './table'
import type { WindowedStore } from './windowed-store'
import type { EmitStrategy, SessionWindows, TimeWindows } from './windows'

/**
 * Records by key and time window (Kafka Streams: `TimeWindowedKStream`). Records that are late for a window are left out of
 * it and counted. In tumbling and hopping windows a record with a null value counts; sliding windows leave it out.
 */
export class WindowedStream<K, V> {
  /** @internal */ readonly node: Node
  /** @internal */ readonly windows: TimeWindows
  /** @internal */ readonly emit: EmitStrategy
  /** Only the types. @internal */ declare readonly record: { readonly key: K; readonly value: V }

  /** @internal */
  constructor(from: Node, windows: TimeWindows, emit: EmitStrategy) {
    this.node = from
    this.windows = windows
    this.emit = emit
    Object.freeze(this)
  }

  /** When results come out: `onWindowUpdate` (the default) or `onWindowClose` (`TimeWindowedKStream#emitStrategy`, KIP-825). */
  emitStrategy(emit: EmitStrategy): WindowedStream<K, V> {
    return new WindowedStream<K, V>(this.node, this.windows, emit)
  }

  /** How many records each window of each key has had. @throws MillraceError TOPOLOGY_INVALID: the store does not fit the windows */
  count(store: WindowedStore<K, number>): Table<Windowed<K>, number> {
    return windowTable({ ...this.folding(), initializer: zero, aggregators: [erase(plusOne)] }, store)
  }

  /** Folds the values of each window into one of their kind; the first is taken as it is. @throws MillraceError TOPOLOGY_INVALID */
  reduce<A extends V>(
    reducer: (aggregate: A, value: V) => A | null,
    store: WindowedStore<K, A>,
  ): Table<Windowed<K>, A> {
    return windowTable({ ...this.folding(), initializer: none, aggregators: [reducing(reducer)] }, store)
  }

  /** Folds the values of each window into an aggregate. @throws MillraceError TOPOLOGY_INVALID: the store does not fit the windows */
  aggregate<A>(
    initializer: () => NoInfer<A>,
    aggregator: Aggregator<K, V, NoInfer<A>>,
    store: WindowedStore<K, A>,
  ): Table<Windowed<K>, A> {
    return windowTable({ ...this.folding(), initializer, aggregators: [erase(aggregator)] }, store)
  }

  private folding() {
    return { parents: [this.node], windows: this.windows, emit: this.emit }
  }
}

/**
 * Records by key and session (Kafka Streams: `SessionWindowedKStream`). A session that grows or merges with another is
 * deleted and comes out anew. Records that are late are left out and counted; a record with a null value counts.
 */
export class SessionWindowedStream<K, V> {
  /** @internal */ readonly node: Node
  /** @internal */ readonly windows: SessionWindows
  /** @internal */ readonly emit: EmitStrategy
  /** Only the types. @internal */ declare readonly record: { readonly key: K; readonly value: V }

  /** @internal */
  constructor(from: Node, windows: SessionWindows, emit: EmitStrategy) {
    this.node = from
    this.windows = windows
    this.emit = emit
    Object.freeze(this)
  }

  /** When results come out: `onWindowUpdate` (the default) or `onWindowClose` (KIP-825). */
  emitStrategy(emit: EmitStrategy): SessionWindowedStream<K, V> {
    return new SessionWindowedStream<K, V>(this.node, this.windows, emit)
  }

  /** How many records each session has had. @throws MillraceError TOPOLOGY_INVALID: the store does not fit the windows */
  count(store: SessionStoreDeclaration<K, number>): Table<Windowed<K>, number> {
    const merger = (left: number, right: number) => left + right
    return sessionTable({ ...this.folding(), initializer: zero, aggregators: [erase(plusOne)], merger }, store)
  }

  /** Folds the values of each session into one of their kind; merged sessions too. @throws MillraceError TOPOLOGY_INVALID */
  reduce<A extends V>(
    reducer: (aggregate: A, value: V) => A | null,
    store: SessionStoreDeclaration<K, A>,
  ): Table<Windowed<K>, A> {
    const merger = mergingReduced(reducer)
    return sessionTable({ ...this.folding(), initializer: none, aggregators: [reducing(reducer)], merger }, store)
  }

  /** Folds the values of each session into an aggregate; `merger` makes one of the aggregates of sessions that meet. @throws MillraceError TOPOLOGY_INVALID */
  aggregate<A>(
    initializer: () => NoInfer<A>,
    aggregator: Aggregator<K, V, NoInfer<A>>,
    merger: SessionMerger<K, NoInfer<A>>,
    store: SessionStoreDeclaration<K, A>,
  ): Table<Windowed<K>, A> {
    return sessionTable({ ...this.folding(), initializer, aggregators: [erase(aggregator)], merger }, store)
  }

  private folding() {
    return { parents: [this.node], windows: this.windows, emit: this.emit }
  }
}
