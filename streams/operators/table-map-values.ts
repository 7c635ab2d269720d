import { type Change, change } from '../graph/change'
import type { OperatorFactory } from './operator'
import { tableRows } from './table-rows'

/** KTableMapValues: deletions stay deletions, and the map does not see them. */
export const tableMapValues: OperatorFactory<'table-map-values'> = ({ map, store }, context) => {
  const rows = store && tableRows(store, context)
  const mapped = (value: unknown, key: unknown) => (value === null ? null : map(value, key))
  const before = (key: unknown, { oldValue }: Change<unknown>) => {
    if (!context.sendsOldValues) return null
    return rows === undefined ? mapped(oldValue, key) : (rows.get(key)?.value ?? null)
  }
  return {
    process: (record) => {
      const { key, timestamp } = record
      const incoming = record.value as Change<unknown>
      const newValue = mapped(incoming.newValue, key)
      const oldValue = before(key, incoming)
      const written = rows?.put(key, newValue, timestamp)
      if (written === 'refused') return
      const isLatest = written === undefined ? incoming.isLatest : written === 'latest'
      context.forward({ ...record, value: change(newValue, oldValue, isLatest) })
    },
    row:
      rows?.get ??
      ((key, asOf) => {
        const row = context.parentRow(0, key, asOf)
        return row && { value: map(row.value, key), timestamp: row.timestamp }
      }),
  }
}
