import { node } from '../graph/node'
import { erase } from './erase'
import { requireRows, rowsOf, Table, type TableStore } from './table'

export interface TableJoin {
  readonly joiner: unknown
  /** By side: there is no result without it. */
  readonly needs: readonly [left: boolean, right: boolean]
}

/** @internal The joins of two tables by their common key. @throws MillraceError TOPOLOGY_INVALID: a table does not keep its rows */
export function joinTables<K, L, R, V>(
  left: Table<K, L>,
  right: Table<K, R>,
  { joiner, needs }: TableJoin,
  store: TableStore<K, V> | undefined,
): Table<K, V> {
  requireRows(left, 'a join of tables')
  requireRows(right, 'a join of tables')
  const declared = store === undefined ? undefined : erase<TableStore<unknown, unknown>>(store)
  const versioned = [left.lineage.rows === 'versioned', right.lineage.rows === 'versioned'] as const
  const kept = declared === undefined ? {} : { store: declared, stores: [declared] }
  const from = node({ type: 'table-join', joiner: erase(joiner), needs, versioned, ...kept }, [left.node, right.node])
  return new Table<K, V>(from, {
    serdes: store === undefined ? { key: left.lineage.serdes.key } : { key: store.key, value: store.value },
    rows: rowsOf(store, 'latest'),
    mend: '',
  })
}
