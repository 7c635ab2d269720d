import { MillraceError } from '../errors'
import { type Node, node } from '../graph/node'
import type { OperatorSpec } from '../graph/specs'
import type { TableStore } from '../graph/specs/table'
import type { Windowed } from '../serdes/windowed'
import type { Topic } from '../topics'
import { erase, eraseTopic } from './erase'
import { type ForeignKeyJoin, joinByForeignKey } from './foreign-key-join'
import { type GroupedTable, groupTable, type RowGroups } from './grouped-table'
import { type KnownSerdes, type SourceOptions, Stream } from './stream'
import { type SuppressBuffer, suppressNode, type UntilTimeLimit, type UntilWindowCloses } from './suppress'
import { joinTables, type TableJoin } from './table-join'

export type { TableStore } from '../graph/specs/table'

/**
 * How rows can be looked up, in a store of the table itself or of those it is derived from: not at all, the latest ones,
 * or also as of a time.
 */
export type Rows = 'none' | 'latest' | 'versioned'

export interface TableLineage<K, V> {
  readonly serdes: KnownSerdes<K, V>
  readonly rows: Rows
  /** For messages: what would have to be written to have its rows kept. */
  readonly mend: string
}

/**
 * Reads a topic as a table: the latest value of each key, where null deletes (Kafka Streams: `StreamsBuilder#table`).
 * With a store its rows can be looked up, which joins and `groupBy` need. Records without a key are left out and counted.
 * @example
 * const customers = table(customerTopic, timestampedKeyValueStore('customers', { key: string, value: json<Customer>() }))
 */
export function table<K, V>(
  topic: Topic<K, V>,
  store?: TableStore<Exclude<K, null>, Exclude<V, null>>,
  options: SourceOptions = {},
): Table<Exclude<K, null>, Exclude<V, null>> {
  const source = node({ type: 'source', topic: eraseTopic(topic), ...options, tombstones: true }, [])
  const serdes = store ?? erase<KnownSerdes<Exclude<K, null>, Exclude<V, null>>>(topic)
  return new Table(stored({ type: 'to-table', of: 'topic' }, store, source), {
    serdes: { key: serdes.key, value: serdes.value },
    rows: rowsOf(store),
    mend: `table(${topic.name}, timestampedKeyValueStore('…', …))`,
  })
}

/** @internal `Stream#toTable`. */
export function toTable<K, V>(
  { node: from, lineage }: Stream<K, V>,
  store: TableStore<Exclude<K, null>, Exclude<V, null>>,
): Table<Exclude<K, null>, Exclude<V, null>> {
  const declared = erase<TableStore<unknown, unknown>>(store)
  const { name, key, value } = declared
  const parent = lineage.keyChanged ? node({ type: 'repartition', repartition: name, key, value }, [from]) : from
  return new Table(stored({ type: 'to-table', of: 'stream' }, store, parent), {
    serdes: { key: store.key, value: store.value },
    rows: rowsOf(store),
    mend: '',
  })
}

/** @internal */
export function rowsOf(store: { readonly kind: string } | undefined, otherwise: Rows = 'none'): Rows {
  if (store === undefined) return otherwise
  return store.kind === 'versioned' ? 'versioned' : 'latest'
}

/**
 * The latest value of each key (Kafka Streams: `KTable`). A frozen value: every verb gives a new one. A verb given a store
 * keeps its result there, for queries by name and so that rows can be looked up.
 */
export class Table<K, V> {
  /** @internal */ readonly node: Node
  /** @internal */ readonly lineage: TableLineage<K, V>

  /** @internal Its node forwards `Change`s (graph/change.ts). */
  constructor(from: Node, lineage: TableLineage<K, V>) {
    this.node = from
    this.lineage = lineage
    Object.freeze(this)
  }

  /**
   * Every change as a record, a deletion as null (`KTable#toStream`). A repeated equal value is a change too.
   */
  toStream(): Stream<K, V | null> {
    const { key } = this.lineage.serdes
    return new Stream<K, V | null>(node({ type: 'to-stream' }, [this.node]), { serdes: { key }, keyChanged: false })
  }

  /**
   * The rows whose predicate holds; a type guard narrows the value (`KTable#filter`). A row that stops passing is deleted.
   * Where the rows of this table are not kept, a deletion is forwarded for every row that does not pass.
   */
  filter<W extends V>(predicate: (value: V, key: K) => value is W, store?: TableStore<K, W>): Table<K, W>
  filter(predicate: (value: V, key: K) => boolean, store?: TableStore<K, V>): Table<K, V>
  filter(predicate: (value: V, key: K) => boolean, store?: TableStore<K, V>): Table<K, V> {
    return this.filtered(predicate, { not: false, store })
  }

  /** The rows whose predicate does not hold (`KTable#filterNot`). */
  filterNot(predicate: (value: V, key: K) => boolean, store?: TableStore<K, V>): Table<K, V> {
    return this.filtered(predicate, { not: true, store })
  }

  /** A new value for each row; deletions stay deletions (`KTable#mapValues`). Without a store the map is applied again at each look-up. */
  mapValues<V2>(map: (value: V, key: K) => V2, store?: TableStore<K, V2>): Table<K, V2> {
    const { rows, mend } = this.lineage
    return new Table<K, V2>(stored({ type: 'table-map-values', map: erase(map) }, store, this.node), {
      serdes: store === undefined ? { key: this.lineage.serdes.key } : { key: store.key, value: store.value },
      rows: rowsOf(store, rows),
      mend,
    })
  }

  /**
   * Holds updates back: until the window of the key has closed, so that only its final result comes out, or for a time, so
   * that fewer do (`KTable#suppress`, KIP-328).
   * @throws MillraceError TOPOLOGY_INVALID: a serde is not known, or there is no window to wait for
   * @example
   * counts.suppress(untilWindowCloses(), { name: 'final-counts' })
   */
  suppress(until: UntilTimeLimit, buffer: SuppressBuffer<K, V>): Table<K, V>
  suppress<W>(
    this: Table<Windowed<W>, V>,
    until: UntilWindowCloses,
    buffer: SuppressBuffer<Windowed<W>, V>,
  ): Table<Windowed<W>, V>
  suppress(until: UntilTimeLimit | UntilWindowCloses, buffer: SuppressBuffer<never, V>): unknown {
    return new Table<K, V>(suppressNode(this, until, buffer), this.lineage)
  }

  /**
   * The rows that both tables have under one key; a change on either side is a change of the result (`KTable#join`).
   * @throws MillraceError TOPOLOGY_INVALID: a table does not keep its rows
   */
  join<V2, R>(other: Table<K, V2>, joiner: (left: V, right: V2, key: K) => R, store?: TableStore<K, R>): Table<K, R>
  /**
   * Each row with that of the other table which its foreign key names (`KTable#join` by foreign key, KIP-213); a row without
   * one is in no result. A change on either side is a change of the result.
   * @throws MillraceError TOPOLOGY_INVALID: a table does not keep its rows, or a serde is not known any more
   * @example
   * orders.join(customers, ({ customerId }) => customerId, (order, customer) => ({ ...order, customer }), { name: 'ordering' })
   */
  join<K2, V2, R>(
    other: Table<K2, V2>,
    foreignKey: (value: V, key: K) => NoInfer<K2> | null,
    joiner: (left: V, right: V2, key: K) => R,
    options: ForeignKeyJoin<K, V, K2, V2, R>,
  ): Table<K, R>
  join(other: object, second: unknown, third?: unknown, options?: unknown): unknown {
    return this.joining([true, true], other, [second, third, options])
  }

  /** The rows of this table, each with that of the other or null (`KTable#leftJoin`). */
  leftJoin<V2, R>(
    other: Table<K, V2>,
    joiner: (left: V, right: V2 | null, key: K) => R,
    store?: TableStore<K, R>,
  ): Table<K, R>
  /** As `join` by foreign key, and every row of this table is in the result (`KTable#leftJoin` by foreign key). */
  leftJoin<K2, V2, R>(
    other: Table<K2, V2>,
    foreignKey: (value: V, key: K) => NoInfer<K2> | null,
    joiner: (left: V, right: V2 | null, key: K) => R,
    options: ForeignKeyJoin<K, V, K2, V2, R>,
  ): Table<K, R>
  leftJoin(other: object, second: unknown, third?: unknown, options?: unknown): unknown {
    return this.joining([true, false], other, [second, third, options])
  }

  /** The rows of either table (`KTable#outerJoin`). */
  outerJoin<V2, R>(
    other: Table<K, V2>,
    joiner: (left: V | null, right: V2 | null, key: K) => R,
    store?: TableStore<K, R>,
  ): Table<K, R> {
    return joinTables(this, other, { joiner, needs: [false, false] }, store)
  }

  /**
   * Groups the rows, each under the group and with the value selected for it; null is in no group (`KTable#groupBy`). They
   * go through the topic `<app-id>-<name>-repartition`.
   * @throws MillraceError TOPOLOGY_INVALID: the table does not keep its rows
   * @example
   * employees.groupBy(({ dept, salary }) => [dept, salary], { name: 'by-dept', key: string, value: long })
   */
  groupBy<K2, V2>(
    select: (value: V, key: K) => readonly [group: NoInfer<K2> | null, value: NoInfer<V2> | null] | null,
    groups: RowGroups<K2, V2>,
  ): GroupedTable<K2, V2> {
    return groupTable(this, select, groups)
  }

  /** Two functions: the first one selects a foreign key. */
  private joining(
    needs: TableJoin['needs'],
    other: object,
    [second, third, fourth]: readonly [unknown, unknown, unknown],
  ): Table<K, unknown> {
    if (typeof third !== 'function') {
      return joinTables(this, erase<Table<K, unknown>>(other), { joiner: second, needs }, erase(third))
    }
    const how = { foreignKey: second, joiner: third, left: !needs[1] }
    return joinByForeignKey(
      this,
      erase<Table<never, never>>(other),
      how,
      erase<ForeignKeyJoin<K, V, never, never, unknown>>(fourth),
    )
  }

  private filtered(
    predicate: (value: V, key: K) => boolean,
    { not, store }: { readonly not: boolean; readonly store: TableStore<K, V> | undefined },
  ): Table<K, V> {
    const { serdes, rows, mend } = this.lineage
    return new Table<K, V>(
      stored(
        { type: 'table-filter', predicate: erase(predicate), not, versioned: rows === 'versioned' },
        store,
        this.node,
      ),
      {
        serdes: store === undefined ? serdes : { key: store.key, value: store.value },
        rows: rowsOf(store, rows),
        mend,
      },
    )
  }
}

/** A node that keeps its rows in the store, where there is one. */
function stored<K, V>(spec: OperatorSpec, store: TableStore<K, V> | undefined, parent: Node): Node {
  if (store === undefined) return node(spec, [parent])
  const declared = erase<TableStore<unknown, unknown>>(store)
  return node({ ...spec, store: declared, stores: [declared] } as OperatorSpec, [parent])
}

/**
 * @internal Joins and groupings look rows up, so the table must keep them.
 * @throws MillraceError TOPOLOGY_INVALID, saying what to write
 */
export function requireRows<K, V>({ lineage }: Table<K, V>, verb: string): void {
  if (lineage.rows !== 'none') return
  throw new MillraceError(
    'TOPOLOGY_INVALID',
    `${verb} looks up rows of a table that does not keep them; give it a store: ${lineage.mend}`,
  )
}
