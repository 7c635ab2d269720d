import type { HoppingWindows } from '../graph/windows'
import type { OperatorFactory } from './operator'
import { windowResults } from './window-results'

/**
 * Aggregates in tumbling and hopping windows (KStreamWindowAggregate). A record counts in each window that contains it and
 * has not closed: one closes when its end and grace have been reached by the stream time. Null keys are left out; a null
 * value is aggregated.
 */
export const hoppingAggregate: OperatorFactory<'hopping-aggregate'> = (spec, context) => {
  const { windows, initializer, aggregators } = spec
  const { sizeMs, graceMs } = windows
  const results = windowResults(spec, context)
  const { store, times } = results

  return {
    process: (record, input) => {
      const { key, value } = record
      if (key === null) return context.dropped('null key')
      const closeTime = times.observe(record.timestamp, input) - graceMs
      for (const start of startsOf(windows, record.timestamp)) {
        const end = start + sizeMs
        if (end <= closeTime) {
          context.dropped('late for its window')
          continue
        }
        const row = store.fetch(key, start)
        const oldValue = row === undefined ? initializer() : row.value
        const newValue = aggregators[input]!(oldValue, value, key)
        const timestamp = row === undefined ? record.timestamp : Math.max(row.timestamp, record.timestamp)
        results.update(record, { start, end }, { newValue, oldValue, stored: row?.value ?? null, timestamp })
      }
      const from = times.emittedUpTo < 0 ? 0 : Math.max(0, times.emittedUpTo - sizeMs) + 1
      results.emitFinal(record, closeTime, { from, to: closeTime - sizeMs })
    },
    row: results.row,
    flush: results.flush,
  }
}

/** The starts of the windows that contain the timestamp, earliest first; none is negative. */
export function* startsOf({ sizeMs, advanceMs }: HoppingWindows, timestamp: number): Generator<number> {
  const first = Math.max(0, timestamp - sizeMs + advanceMs)
  for (let start = first - (first % advanceMs); start <= timestamp; start += advanceMs) yield start
}
