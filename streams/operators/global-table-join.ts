import type { ReadOnlyKeyValueStore, ValueAndTimestamp } from '../stores/store'
import type { OperatorFactory } from './operator'

type Rows = Pick<ReadOnlyKeyValueStore<unknown, ValueAndTimestamp<unknown>>, 'get'>

/**
 * Looks up the row of the selected key (KStreamGlobalKTableJoin). Only that key counts: the record's own may be null. A null
 * value is left out; a null selected key has no row, which only a left join can do with.
 */
export const globalTableJoin: OperatorFactory<'global-table-join'> = (spec, context) => {
  const { table, select, joiner, left } = spec
  const rows = context.globalStore(table.store.name) as Rows
  return {
    process: (record) => {
      const { key, value } = record
      if (value === null) return context.dropped('null value in a join with a global table')
      const selected = select(value, key) ?? null
      if (selected === null && !left) return context.dropped('null key for a global table')
      const row = selected === null ? undefined : rows.get(selected)
      if (row === undefined && !left) return
      context.forward({ ...record, value: joiner(value, row?.value ?? null, key) })
    },
  }
}
