import { type Change, change } from '../graph/change'
import type { OperatorFactory } from './operator'
import { tableOutput } from './table-output'

/** KTableFilter: a row that does not pass is forwarded as a deletion, unless it is known not to have passed before. */
export const tableFilter: OperatorFactory<'table-filter'> = (spec, context) => {
  const { predicate, not, store, versioned } = spec
  const { rows, forward, flush } = tableOutput(store, context)
  const passing = (value: unknown, key: unknown) => (value !== null && predicate(value, key) !== not ? value : null)
  const before = (key: unknown, oldValue: unknown) => {
    if (!context.sendsOldValues) return null
    return rows === undefined ? passing(oldValue, key) : (rows.get(key)?.value ?? null)
  }
  return {
    process: (record) => {
      const { key } = record
      const incoming = record.value as Change<unknown>
      const newValue = passing(incoming.newValue, key)
      const oldValue = before(key, incoming.oldValue)
      if (!versioned && context.sendsOldValues && newValue === null && oldValue === null) return
      forward(record, change(newValue, oldValue, incoming.isLatest))
    },
    flush,
    row:
      rows?.get ??
      ((key, asOf) => {
        const row = context.parentRow(0, key, asOf)
        return row !== undefined && predicate(row.value, key) !== not ? row : undefined
      }),
  }
}
