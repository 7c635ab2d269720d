import type { CommandEnvelope, Decider, EventEnvelope, Outcome } from '../graph/decider'
import type { End, Node } from '../graph/node'
import { node } from '../graph/node'
import type { BatchSink, MapAsyncOptions } from '../graph/specs/async'
import type { ErasedTopic, SourceSpec, TimestampExtractor } from '../graph/specs/source'
import type { Serde } from '../serdes/serde'
import type { AnyStoreDeclaration } from '../stores/declaration'
import type { Topic } from '../topics'
import { type AggregateStore, type Decided, decideNodes } from './decide'
import { erase, eraseTopic, type SinkTopic } from './erase'
import { GlobalTable, joinGlobalTable } from './global-table'
import { groupBy, groupByKey, type MaybeRegrouped, type Regrouped } from './group'
import type { GroupedStream } from './grouped-stream'
import { type JoinStoresOf, type StreamJoin, streamJoinNode } from './join-streams'
import {
  type Processor,
  type ProcessorContext,
  type ProcessorOptions,
  processNode,
  type StatefulProcessorOptions,
  type ValuesProcessorContext,
} from './process'
import { type ChooseTopic, chosenTopic, type SinkOptions, type SinkTopics, sinkEnd } from './sink'
import { type Branches, type BranchPredicates, splitNodes } from './split'
import { joinStreamWithTable, type StreamTableJoinOptions } from './stream-table-join'
import { type Table, type TableStore, toTable } from './table'
import type { JoinWindows } from './within'

export interface SourceOptions {
  /** Of the step, in `describe`. */
  readonly name?: string
  /** Default: the record's own timestamp. */
  readonly timestampExtractor?: TimestampExtractor
  /** Where to begin without a committed offset. Default `earliest`. */
  readonly offsetReset?: SourceSpec['offsetReset']
  /** Overrides the application's error policy for this topic. */
  readonly onError?: SourceSpec['onError']
}

/** Serdes a handle still has from its topic or store, so that a repartition need not be told again. */
export interface KnownSerdes<K, V> {
  readonly key?: Serde<K>
  readonly value?: Serde<V>
}

/**
 * Reads a topic as a stream of records (Kafka Streams: `StreamsBuilder#stream`).
 * @example
 * stream(lines).filter((line) => line !== '').to(kept)
 */
export function stream<K, V>(topic: Topic<K, V>, options: SourceOptions = {}): Stream<K, V> {
  const source = node({ type: 'source', topic: eraseTopic(topic), ...options }, [])
  return new Stream<K, V>(source, { serdes: { key: topic.key, value: topic.value }, keyChanged: false })
}

export interface Lineage<K, V> {
  readonly serdes: KnownSerdes<K, V>
  /** The key may no longer be the one the records are partitioned by. */
  readonly keyChanged: boolean
}

/** A stream of records, each a fact of its own (Kafka Streams: `KStream`). A frozen value: every verb gives a new one. */
export class Stream<K, V> {
  /** @internal */ readonly node: Node
  /** @internal */ readonly lineage: Lineage<K, V>

  /** @internal */
  constructor(from: Node, lineage: Lineage<K, V>) {
    this.node = from
    this.lineage = lineage
    Object.freeze(this)
  }

  /** The records whose predicate holds; a type guard narrows the value. */
  filter<W extends V>(predicate: (value: V, key: K) => value is W): Stream<K, W>
  filter(predicate: (value: V, key: K) => boolean): Stream<K, V>
  filter(predicate: (value: V, key: K) => boolean): Stream<K, V> {
    return new Stream(node({ type: 'filter', predicate: erase(predicate), not: false }, [this.node]), this.lineage)
  }

  /** The records whose predicate does not hold. */
  filterNot(predicate: (value: V, key: K) => boolean): Stream<K, V> {
    return new Stream(node({ type: 'filter', predicate: erase(predicate), not: true }, [this.node]), this.lineage)
  }

  /** A new key and value for each record. Changes the key: what groups or joins afterwards repartitions. */
  map<K2, V2>(map: (value: V, key: K) => readonly [key: K2, value: V2]): Stream<K2, V2> {
    return this.rekeyed(node({ type: 'map', map: erase(map) }, [this.node]))
  }

  /** A new value for each record; the key, and so the partition, stays. */
  mapValues<V2>(map: (value: V, key: K) => V2): Stream<K, V2> {
    return this.revalued(node({ type: 'map-values', map: erase(map) }, [this.node]))
  }

  /** Any number of new records for each. Changes the key. */
  flatMap<K2, V2>(map: (value: V, key: K) => Iterable<readonly [key: K2, value: V2]>): Stream<K2, V2> {
    return this.rekeyed(node({ type: 'flat-map', map: erase(map) }, [this.node]))
  }

  /** Any number of new values for each record, under its key. */
  flatMapValues<V2>(map: (value: V, key: K) => Iterable<V2>): Stream<K, V2> {
    return this.revalued(node({ type: 'flat-map-values', map: erase(map) }, [this.node]))
  }

  /** A new key for each record. */
  selectKey<K2>(select: (value: V, key: K) => K2): Stream<K2, V> {
    const { value } = this.lineage.serdes
    return new Stream<K2, V>(node({ type: 'select-key', map: erase(select) }, [this.node]), {
      serdes: { value },
      keyChanged: true,
    })
  }

  /** Does something with each record and passes it on unchanged. Under at-least-once it may see a record again. */
  peek(action: (value: V, key: K) => void): Stream<K, V> {
    return new Stream(node({ type: 'peek', action: erase(action) }, [this.node]), this.lineage)
  }

  /** Does something with each record; the flow ends here. */
  foreach(action: (value: V, key: K) => void): End {
    return { end: node({ type: 'foreach', action: erase(action) }, [this.node]) }
  }

  /** The records of both, in the order in which they are processed. */
  merge<V2>(other: Stream<K, V2>): Stream<K, V | V2> {
    const keyChanged = this.lineage.keyChanged || other.lineage.keyChanged
    const { key } = this.lineage.serdes
    return new Stream<K, V | V2>(node({ type: 'merge' }, [this.node, other.node]), { serdes: { key }, keyChanged })
  }

  /**
   * Groups by the key the records have (`KStream#groupByKey`). After a change of key they go through a topic, which has to
   * be named.
   * @throws MillraceError TOPOLOGY_INVALID: the key has changed and it is not said how to repartition
   */
  groupByKey(regrouped?: MaybeRegrouped<Exclude<K, null>, Exclude<V, null>>): GroupedStream<Exclude<K, null>, V> {
    return groupByKey(this, regrouped)
  }

  /**
   * Groups by another key, through the topic `<app-id>-<name>-repartition` (`KStream#groupBy`). A null key leaves the record out.
   * @throws MillraceError TOPOLOGY_INVALID: the serde of the values is not known any more
   * @example
   * words.groupBy((word) => word, { name: 'words', key: string, value: string }).count(wordCounts)
   */
  groupBy<K2>(
    select: (value: V, key: K) => NoInfer<K2> | null,
    regrouped: Regrouped<K2, Exclude<V, null>>,
  ): GroupedStream<K2, V> {
    return groupBy(this, select, regrouped)
  }

  /**
   * Joins records of one key whose timestamps are near each other; the result has the later timestamp
   * (`KStream#join(KStream)`). Null keys and values are left out. A side whose key has changed is repartitioned, in a
   * topic named after the stores.
   * @example
   * created.join(paid, (order, payment) => ({ ...order, ...payment }), within({ hours: 2 }), openOrders)
   */
  join<V2, R>(
    other: Stream<K, V2>,
    joiner: (left: Exclude<V, null>, right: Exclude<V2, null>, key: Exclude<K, null>) => R,
    windows: JoinWindows,
    stores: NoInfer<JoinStoresOf<K, V, V2>>,
  ): Stream<K, R>
  /**
   * Joins each record with the row its key has in the table at that moment; the result has the record's timestamp
   * (`KStream#join(KTable)`). Changes of the table make no results.
   * @throws MillraceError TOPOLOGY_INVALID: the table does not keep its rows, or something durable has no name
   * @example
   * orders.join(customers, (order, customer) => ({ ...order, city: customer.city }))
   */
  join<V2, R>(
    table: Table<Exclude<K, null>, V2>,
    joiner: (value: Exclude<V, null>, row: V2, key: Exclude<K, null>) => R,
    options?: StreamTableJoinOptions<Exclude<K, null>, Exclude<V, null>>,
  ): Stream<K, R>
  /**
   * Joins each record with the row that a key selected from it has in a global table (`KStream#join(GlobalKTable)`). The
   * result keeps the record's key and timestamp; without a selected key, or a row under it, there is none.
   * @example
   * payments.join(currencies, ({ currency }) => currency, (payment, { rate }) => payment.amount * rate)
   */
  join<K2, V2, R>(
    table: GlobalTable<K2, V2>,
    select: (value: Exclude<V, null>, key: K) => NoInfer<K2> | null,
    joiner: (value: Exclude<V, null>, row: V2, key: K) => R,
  ): Stream<K, R>
  join(other: object, joiner: unknown, third?: unknown, stores?: unknown): unknown {
    return this.joining('inner', [other, joiner, third, stores])
  }

  /**
   * As `join`, and a record of this side that finds no partner comes out with null, once its window and grace have passed
   * (`KStream#leftJoin(KStream)`); one without a key comes out at once.
   */
  leftJoin<V2, R>(
    other: Stream<K, V2>,
    joiner: (left: Exclude<V, null>, right: Exclude<V2, null> | null, key: K) => R,
    windows: JoinWindows,
    stores: NoInfer<JoinStoresOf<K, V, V2>>,
  ): Stream<K, R>
  /** As `join` with a table; a record without a row, or without a key, is joined with null (`KStream#leftJoin(KTable)`). */
  leftJoin<V2, R>(
    table: Table<Exclude<K, null>, V2>,
    joiner: (value: Exclude<V, null>, row: V2 | null, key: K) => R,
    options?: StreamTableJoinOptions<Exclude<K, null>, Exclude<V, null>>,
  ): Stream<K, R>
  /** As `join` with a global table; a record without a row, or without a selected key, is joined with null. */
  leftJoin<K2, V2, R>(
    table: GlobalTable<K2, V2>,
    select: (value: Exclude<V, null>, key: K) => NoInfer<K2> | null,
    joiner: (value: Exclude<V, null>, row: V2 | null, key: K) => R,
  ): Stream<K, R>
  leftJoin(other: object, joiner: unknown, third?: unknown, stores?: unknown): unknown {
    return this.joining('left', [other, joiner, third, stores])
  }

  /** As `leftJoin`, for both sides (`KStream#outerJoin`). */
  outerJoin<V2, R>(
    other: Stream<K, V2>,
    joiner: (left: Exclude<V, null> | null, right: Exclude<V2, null> | null, key: K) => R,
    windows: JoinWindows,
    stores: NoInfer<JoinStoresOf<K, V, V2>>,
  ): Stream<K, R> {
    return this.joinedWith(other, { kind: 'outer', joiner, windows, stores })
  }

  /**
   * Sends each record to the first branch whose predicate holds, and to the one named `otherwise` where none does; without
   * that name it goes nowhere (`KStream#split`). A type guard narrows the values of its branch.
   * @throws MillraceError TOPOLOGY_INVALID
   * @example
   * const { small, large } = stream(payments).split({ small: ({ amount }) => amount < 100 }, 'large')
   */
  split<P extends BranchPredicates<K, V>>(predicates: P): Branches<K, V, P>
  split<P extends BranchPredicates<K, V>, const D extends string>(
    predicates: P,
    otherwise: D,
  ): Branches<K, V, P> & { readonly [Name in D]: Stream<K, V> }
  split(predicates: BranchPredicates<K, V>, otherwise?: string): object {
    const branches = [...splitNodes(this.node, predicates, otherwise)]
    return Object.freeze(Object.fromEntries(branches.map(([name, from]) => [name, new Stream(from, this.lineage)])))
  }

  /**
   * Writes each record to the topic, partitioned by the key's bytes as Kafka's own producer does; or to the one, among
   * several that are declared, that `choose` names for the record (`TopicNameExtractor`). A null value is a tombstone.
   * @example
   * stream(payments).to({ approved, declined }, ({ status }) => (status === 'ok' ? 'approved' : 'declined'))
   */
  to(topic: SinkTopic<Exclude<K, null>, Exclude<V, null>>, options?: SinkOptions<K, V>): End
  to<T extends SinkTopics<K, V>>(topics: T, choose: ChooseTopic<K, V, T>, options?: SinkOptions<K, V>): End
  to(topic: object, choose?: object, options?: object): End {
    return typeof choose === 'function'
      ? sinkEnd(
          chosenTopic<K, V, SinkTopics<K, V>>(erase(topic), erase(choose)),
          erase<SinkOptions<K, V>>(options),
          this.node,
        )
      : sinkEnd(erase<ErasedTopic>(topic), erase<SinkOptions<K, V>>(choose), this.node)
  }

  /**
   * The latest value of each key as a table; null deletes, records without a key are left out (`KStream#toTable`). After a
   * change of key it goes through the topic `<app-id>-<store>-repartition`.
   */
  toTable(store: TableStore<Exclude<K, null>, Exclude<V, null>>): Table<Exclude<K, null>, Exclude<V, null>> {
    return toTable(this, store)
  }

  /**
   * Writes each record to a topic of our own, `<app-id>-<name>-repartition`, and reads it back: so records of one key
   * meet again in one partition after the key has changed.
   */
  repartition(
    name: string,
    options: { readonly key: Serde<K>; readonly value: Serde<V>; readonly partitions?: number },
  ): Stream<K, V> {
    const { key, value, partitions } = options
    const spec = {
      type: 'repartition',
      repartition: name,
      key: erase<Serde<unknown>>(key),
      value: erase<Serde<unknown>>(value),
      partitions,
    } as const
    return new Stream<K, V>(node(spec, [this.node]), { serdes: { key, value }, keyChanged: false })
  }

  /**
   * The Processor API: state, time and headers by hand (`KStream#process`). The key may change. It sees the stores that it
   * declares, and no others.
   * @example
   * visits.process((context) => {
   *   const seen = context.store(seenVisits)
   *   return { process: (visit) => seen.putIfAbsent(visit.key, visit.timestamp) ?? context.forward(visit) }
   * }, { stores: [seenVisits] })
   */
  process<K2 = K, V2 = V, const S extends readonly AnyStoreDeclaration[] = readonly []>(
    supplier: (context: ProcessorContext<K2, V2, S>) => Processor<K, V>,
    options: StatefulProcessorOptions<S>,
  ): Stream<K2, V2>
  process<K2 = K, V2 = V>(
    supplier: (context: ProcessorContext<K2, V2>) => Processor<K, V>,
    options?: ProcessorOptions,
  ): Stream<K2, V2>
  process<K2, V2>(supplier: unknown, options: ProcessorOptions = {}): Stream<K2, V2> {
    return this.rekeyed(processNode(erase(supplier), { ...options, valuesOnly: false }, this.node))
  }

  /** The Processor API for values: what it forwards keeps the key of the record in hand (`KStream#processValues`). */
  processValues<V2 = V, const S extends readonly AnyStoreDeclaration[] = readonly []>(
    supplier: (context: ValuesProcessorContext<V2, S>) => Processor<K, V>,
    options: StatefulProcessorOptions<S>,
  ): Stream<K, V2>
  processValues<V2 = V>(
    supplier: (context: ValuesProcessorContext<V2>) => Processor<K, V>,
    options?: ProcessorOptions,
  ): Stream<K, V2>
  processValues<V2>(supplier: unknown, options: ProcessorOptions = {}): Stream<K, V2> {
    return this.revalued(processNode(erase(supplier), { ...options, valuesOnly: true }, this.node))
  }

  /**
   * Calls to the outside, one per record: ordered per key, bounded in number, each with a timeout and retries, and all
   * settled before a commit. What it rejects with after the retries fails the source record; an `OutageError` is waited out.
   */
  mapAsync<V2>(
    name: string,
    map: (value: V, key: K, signal: AbortSignal) => Promise<V2>,
    options: MapAsyncOptions = {},
  ): Stream<K, V2> {
    return this.revalued(node({ type: 'map-async', name, map: erase(map), options }, [this.node]))
  }

  /** Hands the records to a place outside the log, batch by batch, before their offsets are committed. */
  toBatchSink(name: string, sink: BatchSink<K, V>): End {
    return { end: node({ type: 'batch-sink', name, sink: erase(sink) }, [this.node]) }
  }

  /**
   * Decides commands against the state of their key; see `Decider`. Gives the events and the outcomes, in the order of
   * the commands. The store keeps a fold of the events of each key.
   */
  decide<S, C, E extends EventEnvelope>(
    this: Stream<string, C & CommandEnvelope>,
    store: AggregateStore<S>,
    decider: Decider<S, C, E>,
  ): Decided<S, E> {
    const { events, outcomes } = decideNodes(this.node, store, decider)
    const lineage = { serdes: { key: this.lineage.serdes.key }, keyChanged: this.lineage.keyChanged }
    return Object.freeze({
      events: new Stream<string, E>(events, lineage),
      outcomes: new Stream<string, Outcome<S>>(outcomes, lineage),
    })
  }

  /** What a join is joined with decides which join it is. */
  private joining(
    kind: 'inner' | 'left',
    [other, joiner, third, stores]: readonly [object, unknown, unknown, unknown],
  ): Stream<K, unknown> {
    if (other instanceof Stream) {
      return this.joinedWith(other, { kind, joiner, windows: erase<JoinWindows>(third), stores: erase<never>(stores) })
    }
    if (other instanceof GlobalTable) {
      return this.revalued(joinGlobalTable(this.node, other, { select: joiner, joiner: third, left: kind === 'left' }))
    }
    const table = erase<Table<never, unknown>>(other)
    const options = erase<StreamTableJoinOptions<K, V> | undefined>(third)
    const joined = joinStreamWithTable({ stream: this, joiner, left: kind === 'left', options }, table)
    const key = this.lineage.serdes.key ?? erase<Serde<K> | undefined>(table.lineage.serdes.key)
    return new Stream<K, unknown>(joined, { serdes: { key }, keyChanged: false })
  }

  private joinedWith<V2, R>(other: Stream<K, V2>, join: StreamJoin<K, V, V2>): Stream<K, R> {
    return new Stream<K, R>(streamJoinNode(this, other, join), {
      serdes: { key: erase<Serde<K>>(join.stores.key) },
      keyChanged: false,
    })
  }

  private revalued<V2>(from: Node): Stream<K, V2> {
    const { serdes, keyChanged } = this.lineage
    return new Stream<K, V2>(from, { serdes: { key: serdes.key }, keyChanged })
  }

  private rekeyed<K2, V2>(from: Node): Stream<K2, V2> {
    return new Stream<K2, V2>(from, { serdes: {}, keyChanged: true })
  }
}
