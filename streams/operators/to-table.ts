import { change } from '../graph/change'
import type { OperatorFactory } from './operator'
import { tableOutput } from './table-output'

/** Records become rows (KTableSource, also of `toTable`). Without a store nothing is known of the row before. */
export const toTable: OperatorFactory<'to-table'> = ({ store }, context) => {
  const { rows, forward, flush } = tableOutput(store, context)
  return {
    process: (record) => {
      const { key, value } = record
      if (key === null || key === undefined) return context.dropped('null key')
      forward(record, change(value, rows?.get(key)?.value ?? null))
    },
    flush,
    ...(rows && { row: rows.get }),
  }
}
