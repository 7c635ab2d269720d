import { change } from '../graph/change'
import type { OperatorFactory } from './operator'
import { tableRows } from './table-rows'

/** Records become rows (KTableSource, also of `toTable`). Without a store nothing is known of the row before. */
export const toTable: OperatorFactory<'to-table'> = ({ store }, context) => {
  const rows = store && tableRows(store, context)
  return {
    process: (record) => {
      const { key, value, timestamp } = record
      if (key === null || key === undefined) return context.dropped('null key')
      if (rows === undefined) return context.forward({ ...record, value: change(value, null) })
      const oldValue = rows.get(key)?.value ?? null
      const written = rows.put(key, value, timestamp)
      if (written === 'refused') return context.dropped('older than the history of the store')
      context.forward({ ...record, value: change(value, oldValue, written === 'latest') })
    },
    ...(rows && { row: rows.get }),
  }
}
