import { type Node, node } from '../graph/node'
import { changes } from '../serdes/changes'
import type { Serde } from '../serdes/serde'
import { erase, type SinkSerde } from './erase'
import { requireRows, rowsOf, Table, type TableStore } from './table'

/** The topic `<app-id>-<name>-repartition` through which rows reach their group. */
export interface RowGroups<K, V> {
  /** Durable. */
  readonly name: string
  readonly key: SinkSerde<K>
  readonly value: SinkSerde<V>
  /** Default: those of what is read. */
  readonly partitions?: number
}

/** @internal `Table#groupBy`. @throws MillraceError TOPOLOGY_INVALID: the table does not keep its rows */
export function groupTable<K, V, K2, V2>(
  table: Table<K, V>,
  select: (value: V, key: K) => readonly [group: K2 | null, value: V2 | null] | null,
  groups: RowGroups<K2, V2>,
): GroupedTable<K2, V2> {
  requireRows(table, 'groupBy')
  const versioned = table.lineage.rows === 'versioned'
  const selected = node({ type: 'table-group-by', select: erase(select), versioned }, [table.node])
  const { name, partitions } = groups
  const key = erase<Serde<unknown>>(groups.key)
  const value = erase<Serde<unknown>>(changes(erase<Serde<V2>>(groups.value)))
  return new GroupedTable<K2, V2>(node({ type: 'repartition', repartition: name, key, value, partitions }, [selected]))
}

/**
 * Rows of a table by group, to be aggregated (Kafka Streams: `KGroupedTable`). When a row changes or moves, its old value is
 * taken back from the group it was in, so an aggregate is always that of the rows as they are.
 */
export class GroupedTable<K, V> {
  /** @internal */ readonly node: Node
  /** Only the types. @internal */ declare readonly row: { readonly key: K; readonly value: V }

  /** @internal */
  constructor(from: Node) {
    this.node = from
    Object.freeze(this)
  }

  /** How many rows each group has (`KGroupedTable#count`). */
  count(store: TableStore<K, number>): Table<K, number> {
    return this.aggregated(
      { initializer: () => 0, adder: (count: number) => count + 1, subtractor: (count: number) => count - 1 },
      store,
    )
  }

  /** Folds the values of each group into one of their kind; the first is taken as it is (`KGroupedTable#reduce`). */
  reduce(
    adder: (aggregate: V, value: V) => V | null,
    subtractor: (aggregate: V, value: V) => V | null,
    store: TableStore<K, V>,
  ): Table<K, V> {
    return this.aggregated({ adder, subtractor }, store)
  }

  /**
   * Folds the values of each group into an aggregate, and takes values back (`KGroupedTable#aggregate`).
   * @example
   * employees.groupBy((e) => [e.dept, e.salary], byDept).aggregate(() => 0, (sum, pay) => sum + pay, (sum, pay) => sum - pay, payroll)
   */
  aggregate<A>(
    initializer: () => NoInfer<A>,
    adder: (aggregate: NoInfer<A>, value: V, key: K) => NoInfer<A> | null,
    subtractor: (aggregate: NoInfer<A>, value: V, key: K) => NoInfer<A> | null,
    store: TableStore<K, A>,
  ): Table<K, A> {
    return this.aggregated({ initializer, adder, subtractor }, store)
  }

  private aggregated<A>(
    folding: { readonly initializer?: unknown; readonly adder: unknown; readonly subtractor: unknown },
    store: TableStore<K, A>,
  ): Table<K, A> {
    const declared = erase<TableStore<unknown, unknown>>(store)
    const from = node(
      {
        type: 'table-aggregate',
        ...(folding.initializer !== undefined && { initializer: erase<() => unknown>(folding.initializer) }),
        adder: erase(folding.adder),
        subtractor: erase(folding.subtractor),
        store: declared,
        stores: [declared],
      },
      [this.node],
    )
    return new Table<K, A>(from, { serdes: { key: store.key, value: store.value }, rows: rowsOf(store), mend: '' })
  }
}
