import { type Change, change } from '../graph/change'
import type { OperatorFactory } from './operator'
import { tableOutput } from './table-output'

/** KTableMapValues: deletions stay deletions, and the map does not see them. */
export const tableMapValues: OperatorFactory<'table-map-values'> = ({ map, store }, context) => {
  const { rows, forward, flush } = tableOutput(store, context)
  const mapped = (value: unknown, key: unknown) => (value === null ? null : map(value, key))
  const before = (key: unknown, oldValue: unknown) => {
    if (!context.sendsOldValues) return null
    return rows === undefined ? mapped(oldValue, key) : (rows.get(key)?.value ?? null)
  }
  return {
    process: (record) => {
      const { key } = record
      const { newValue, oldValue, isLatest } = record.value as Change<unknown>
      forward(record, change(mapped(newValue, key), before(key, oldValue), isLatest))
    },
    flush,
    row:
      rows?.get ??
      ((key, asOf) => {
        const row = context.parentRow(0, key, asOf)
        return row && rowOf(map(row.value, key), row.timestamp)
      }),
  }
}

/** A row derived from others; none where the value is null. */
export function rowOf(value: unknown, timestamp: number) {
  return value === null ? undefined : { value, timestamp }
}
