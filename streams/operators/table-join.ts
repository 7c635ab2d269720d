import { type Change, change } from '../graph/change'
import type { ValueAndTimestamp } from '../stores/store'
import type { OperatorFactory } from './operator'
import { rowOf } from './table-map-values'
import { tableOutput } from './table-output'

type Row = ValueAndTimestamp<unknown> | undefined

/**
 * The join of two tables by their common key (KTableKTableInnerJoin, -LeftJoin, -RightJoin, -OuterJoin and -JoinMerger): a
 * change on one side is joined with the row of the other. The result's timestamp is the larger of the two.
 */
export const tableJoin: OperatorFactory<'table-join'> = (spec, context) => {
  const { joiner, needs, versioned, store } = spec
  const { rows, forward, flush } = tableOutput(store, context)
  const joined = (values: readonly unknown[], key: unknown) => joiner(values[0] ?? null, values[1] ?? null, key)
  const join = (own: unknown, other: Row, { input, key }: { readonly input: number; readonly key: unknown }) => {
    const absent = own === null && (needs[input] || other === undefined)
    if (absent) return null
    return joined(input === 0 ? [own, other?.value] : [other?.value, own], key)
  }
  return {
    process: (record, input) => {
      const { key } = record
      const { newValue, oldValue, isLatest } = record.value as Change<unknown>
      if (versioned[input] && !isLatest) return context.dropped('out of order in a versioned table')
      const other = context.parentRow(1 - input, key)
      if (other === undefined && (needs[1 - input] || (newValue === null && oldValue === null))) return
      const timestamp = Math.max(record.timestamp, other?.timestamp ?? -1)
      const result = join(newValue, other, { input, key })
      const before = context.sendsOldValues ? join(oldValue, other, { input, key }) : null
      forward({ ...record, timestamp }, change(result, before, isLatest))
    },
    flush,
    row:
      rows?.get ??
      ((key) => {
        const sides = [context.parentRow(0, key), context.parentRow(1, key)] as const
        const missing = sides.every((side) => side === undefined)
        if (missing || sides.some((side, input) => side === undefined && needs[input])) return undefined
        const timestamp = Math.max(...sides.map((side) => side?.timestamp ?? -1))
        return rowOf(
          joined(
            sides.map((side) => side?.value),
            key,
          ),
          timestamp,
        )
      }),
  }
}
