import type { OperatorFactory } from './operator'

/**
 * Looks each record's key up in the table (KStreamKTableJoinProcessor). Only the stream makes results. Null values are left
 * out; a null key has no row, which only a left join can do with. On a table that keeps versions it is the row as of the
 * record's timestamp.
 */
export const streamTableJoin: OperatorFactory<'stream-table-join'> = ({ joiner, left, versioned }, context) => ({
  process: (record) => {
    const { key, value, timestamp } = record
    if (value === null) return context.dropped('null value in a stream-table join')
    if (key === null && !left) return context.dropped('null key in a stream-table join')
    const row = key === null ? undefined : context.parentRow(1, key, versioned ? timestamp : undefined)
    if (row === undefined && !left) return
    context.forward({ ...record, value: joiner(value, row?.value ?? null, key) })
  },
})
