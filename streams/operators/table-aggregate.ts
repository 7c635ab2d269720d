import { type Change, change } from '../graph/change'
import type { OperatorFactory } from './operator'
import { tableOutput } from './table-output'

/** Aggregates the rows of a group: takes the old value back, then adds the new one (KTableAggregate, KTableReduce). */
export const tableAggregate: OperatorFactory<'table-aggregate'> = (spec, context) => {
  const { initializer, adder, subtractor, store } = spec
  const { rows, forward, flush } = tableOutput(store, context)
  const added = (aggregate: unknown, value: unknown, key: unknown) => {
    if (aggregate !== null) return adder(aggregate, value, key)
    return initializer === undefined ? value : adder(initializer(), value, key)
  }
  return {
    process: (record) => {
      const { key, timestamp } = record
      const { newValue, oldValue } = record.value as Change<unknown>
      const row = rows!.get(key)
      const before = row?.value ?? null
      const taken = before !== null && oldValue !== null
      const without = taken ? subtractor(before, oldValue, key) : before
      const aggregate = newValue === null ? without : added(without, newValue, key)
      const changed = taken || newValue !== null
      const latest = row !== undefined && changed ? Math.max(row.timestamp, timestamp) : timestamp
      forward({ ...record, timestamp: latest }, change(aggregate, before))
    },
    flush,
    row: rows!.get,
  }
}
