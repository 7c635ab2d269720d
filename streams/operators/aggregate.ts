import { change } from '../graph/change'
import type { OperatorFactory } from './operator'
import { tableRows } from './table-rows'
import { updates } from './updates'

/**
 * Folds the records of each key, of one stream or of several (KStreamAggregate, KStreamReduce, cogroup). Null keys and
 * values are left out. The row's timestamp is the largest of its records.
 */
export const aggregate: OperatorFactory<'aggregate'> = (spec, context) => {
  const rows = tableRows(spec.store, context)
  const results = updates(context, spec.store)
  return {
    process: (record, input) => {
      const { key, value } = record
      if (key === null || value === null) return context.dropped(`null ${key === null ? 'key' : 'value'}`)
      const row = rows.get(key)
      // As in Kafka Streams, what depends on a new row is told of the initial aggregate as its old value.
      const oldValue = row === undefined ? spec.initializer() : row.value
      const newValue = spec.aggregators[input]!(oldValue, value, key)
      const timestamp = row === undefined ? record.timestamp : Math.max(row.timestamp, record.timestamp)
      const written = rows.put(key, newValue, timestamp)
      if (written === 'refused') return context.dropped('older than the history of the store')
      const { headers } = record
      results.forward(
        { key, value, timestamp, headers },
        change(newValue, oldValue, written === 'latest'),
        row?.value ?? null,
      )
    },
    row: rows.get,
    flush: results.flush,
  }
}
