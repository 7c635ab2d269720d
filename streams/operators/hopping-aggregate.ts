import { change } from '../graph/change'
import type { HoppingWindows } from '../graph/windows'
import type { OperatorContext, OperatorFactory, StreamRecord } from './operator'
import { type WindowResults, windowResults } from './window-results'

/**
 * Aggregates in tumbling and hopping windows (KStreamWindowAggregate). A record counts in each window that contains it and
 * has not closed: one closes when its end and grace have been reached by the stream time. Null keys are left out; a null
 * value is aggregated.
 */
export const hoppingAggregate: OperatorFactory<'hopping-aggregate'> = (spec, context) => {
  const { windows, initializer, aggregators, emit } = spec
  const { sizeMs, graceMs } = windows
  const results = windowResults(spec, context)
  const { store, times } = results
  const emitFinal = emit === 'on-window-close' ? finalResults(windows, results, context) : undefined

  return {
    process: (record, input) => {
      const { key, value } = record
      if (key === null) return context.dropped('null key')
      const closeTime = times.observe(record.timestamp, input) - graceMs
      // Before the record is put: it may make the store forget what has just closed.
      emitFinal?.(record, closeTime)
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
    },
    row: results.row,
    flush: results.flush,
  }
}

/** The starts of the windows that contain the timestamp, earliest first; none is negative. */
function* startsOf({ sizeMs, advanceMs }: HoppingWindows, timestamp: number): Generator<number> {
  const first = Math.max(0, timestamp - sizeMs + advanceMs)
  for (let start = first - (first % advanceMs); start <= timestamp; start += advanceMs) yield start
}

/** Emits each window once, when it has closed: by start, then by the bytes of the key (KIP-825). */
function finalResults(
  { sizeMs, advanceMs }: HoppingWindows,
  { store, times }: WindowResults,
  context: OperatorContext,
): (by: StreamRecord, closeTime: number) => void {
  return ({ headers }, closeTime) => {
    if (closeTime <= times.emittedUpTo) return
    const from = times.emittedUpTo < sizeMs ? 0 : times.emittedUpTo - sizeMs + 1
    const to = closeTime - sizeMs
    times.emittedUpTo = closeTime
    // All keys are walked, so only if a window begins in that range.
    if (to < 0 || to - (to % advanceMs) < from) return
    // The store gives them in the order of their keys.
    const due = [...store.fetchAll(from, to)].sort((a, b) => a.key.window.start - b.key.window.start)
    for (const { key, value } of due) {
      context.forward({ key, value: change(value.value, null), timestamp: value.timestamp, headers })
    }
  }
}
