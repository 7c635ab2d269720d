import type { SpecOf } from '../graph/specs'
import type { ValueAndTimestamp } from '../stores/store'
import { finalWindows } from './final-windows'
import type { OperatorFactory, StreamRecord } from './operator'
import { earlySurroundings, type Surroundings, surroundings } from './sliding-surroundings'
import { type WindowResults, windowResults } from './window-results'

/** The aggregate a window has, or begins with; `null`: it begins with the initializer. */
type Held = ValueAndTimestamp<unknown> | null

/**
 * Aggregates in sliding windows (KStreamSlidingWindowAggregate, KIP-450). Windows are not laid out beforehand: each record
 * has one that ends with it and one that begins just after it, made when there is something for them. Null keys and null
 * values are left out.
 */
export const slidingAggregate: OperatorFactory<'sliding-aggregate'> = (spec, context) => {
  const { initializer, aggregators } = spec
  const { sizeMs, graceMs } = spec.windows
  const results = windowResults(spec, context)
  const { store, times } = results
  const final = spec.emit === 'on-window-close' ? finalWindows(finalOptions(spec, results), context) : undefined
  const update: typeof results.update = (record, window, change) => {
    const row = results.update(record, window, change)
    const windowed = { key: record.key, window }
    if (row === null) final?.delete(windowed)
    else final?.set(windowed, row)
    return row
  }

  /** What one record does to the windows of its key. */
  const changes = (record: StreamRecord, input: number, closeTime: number) => {
    const { key, value, timestamp } = record
    /** Adds the record to the window, which holds `held` so far, and `stored` in the store. */
    const add = (start: number, held: Held, stored: Held = held) => {
      const end = start + sizeMs
      if (end < closeTime) return context.dropped('late for its window')
      const oldValue = held === null ? initializer() : held.value
      const newValue = aggregators[input]!(oldValue, value, key)
      const latest = Math.max(timestamp, held?.timestamp ?? timestamp)
      update(record, { start, end }, { newValue, oldValue, stored: stored?.value ?? null, timestamp: latest })
    }
    return {
      addToContaining: ({ containing }: Surroundings) => {
        for (const { start, held } of containing) add(start, held)
      },
      beginLeft: ({ hasLeft, left, previous }: Surroundings) => {
        const start = timestamp - sizeMs
        if (!hasLeft) add(start, previous !== undefined && previous >= start ? left! : null, null)
      },
      addToFirst: ({ left }: Surroundings) => add(0, left ?? null),
      /** With what is later than the record. */
      beginRight: ({ hasRight, right }: Surroundings) => {
        if (hasRight || right === undefined || right.timestamp <= timestamp) return
        const begun = { newValue: right.value, oldValue: null, stored: null, timestamp: right.timestamp }
        update(record, { start: timestamp + 1, end: timestamp + 1 + sizeMs }, begun)
      },
      beginRightOfPrevious: ({ previous, starts }: Surroundings) => {
        if (previous === undefined || starts.has(previous + 1) || previous + 1 + sizeMs < timestamp) return
        add(previous + 1, null)
      },
    }
  }

  return {
    process: (record, input) => {
      const { key, value, timestamp } = record
      if (key === null || value === null) return context.dropped(`null ${key === null ? 'key' : 'value'}`)
      const closeTime = times.observe(timestamp, input) - graceMs
      if (timestamp + sizeMs < closeTime) return context.dropped('late for its window')

      const change = changes(record, input, closeTime)
      if (timestamp < sizeMs) {
        const around = earlySurroundings({ store, key, timestamp, sizeMs })
        change.addToContaining(around)
        change.beginRight(around)
        change.beginRightOfPrevious(around)
        return change.addToFirst(around)
      }
      final?.emit(record, closeTime)
      const around = surroundings({ store, key, timestamp, sizeMs })
      change.addToContaining(around)
      change.beginRightOfPrevious(around)
      change.beginLeft(around)
      change.beginRight(around)
    },
    row: results.row,
    flush: results.flush,
  }
}

function finalOptions({ store: { name: storeName } }: SpecOf<'sliding-aggregate'>, { store, times }: WindowResults) {
  const stored = () => [...store.all()].map(({ key: windowed, value: result }) => ({ windowed, result }))
  return { times, storeName, stored }
}
