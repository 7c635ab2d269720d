import type { Node } from '../graph/node'
import { type Aggregator, aggregateTable, none, plusOne, reducing, zero } from './aggregations'
import { CogroupedStream } from './cogrouped-stream'
import { erase } from './erase'
import type { Table, TableStore } from './table'
import { SessionWindowedStream, WindowedStream } from './windowed-stream'
import { onWindowUpdate, type SessionWindows, type TimeWindows } from './windows'

/**
 * Records by key, to be aggregated (Kafka Streams: `KGroupedStream`). A frozen value: every verb gives a new one. Records
 * without a key are left out, and where there are no windows also those without a value.
 */
export class GroupedStream<K, V> {
  /** @internal */ readonly node: Node
  /** Only the types. @internal */ declare readonly record: { readonly key: K; readonly value: V }

  /** @internal */
  constructor(from: Node) {
    this.node = from
    Object.freeze(this)
  }

  /** How many records each key has had (`KGroupedStream#count`). */
  count(store: TableStore<K, number>): Table<K, number> {
    return aggregateTable({ parents: [this.node], initializer: zero, aggregators: [erase(plusOne)] }, store)
  }

  /** Folds the values of each key into one of their kind; the first is taken as it is (`KGroupedStream#reduce`). */
  reduce<A extends Exclude<V, null>>(
    reducer: (aggregate: A, value: Exclude<V, null>) => A | null,
    store: TableStore<K, A>,
  ): Table<K, A> {
    return aggregateTable({ parents: [this.node], initializer: none, aggregators: [reducing(reducer)] }, store)
  }

  /**
   * Folds the values of each key into an aggregate (`KGroupedStream#aggregate`).
   * @example
   * stream(payments).groupByKey().aggregate(() => 0, (total, { amount }) => total + amount, totals)
   */
  aggregate<A>(
    initializer: () => NoInfer<A>,
    aggregator: Aggregator<K, Exclude<V, null>, NoInfer<A>>,
    store: TableStore<K, A>,
  ): Table<K, A> {
    return aggregateTable({ parents: [this.node], initializer, aggregators: [erase(aggregator)] }, store)
  }

  /**
   * Begins an aggregation over several streams, each with an aggregator of its own (`KGroupedStream#cogroup`, KIP-150).
   * @example
   * orders.groupByKey().cogroup(addOrder).cogroup(payments.groupByKey(), addPayment).aggregate(() => empty, accounts)
   */
  cogroup<A>(aggregator: Aggregator<K, V, A>): CogroupedStream<K, A> {
    return new CogroupedStream<K, A>([{ node: this.node, aggregator: erase(aggregator) }])
  }

  /** Aggregates in windows (`KGroupedStream#windowedBy`). */
  windowedBy(windows: TimeWindows): WindowedStream<K, V>
  windowedBy(windows: SessionWindows): SessionWindowedStream<K, V>
  windowedBy(windows: TimeWindows | SessionWindows): WindowedStream<K, V> | SessionWindowedStream<K, V> {
    return windows.kind === 'session'
      ? new SessionWindowedStream<K, V>(this.node, windows, onWindowUpdate)
      : new WindowedStream<K, V>(this.node, windows, onWindowUpdate)
  }
}
