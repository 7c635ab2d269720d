import { change } from '../graph/change'
import type { WindowedAggregation } from '../graph/specs/aggregate'
import type { WindowStoreDeclaration } from '../stores/declaration'
import type { TimestampedWindowStore, TimeWindow, ValueAndTimestamp, Windowed } from '../stores/store'
import type { OperatorContext, StreamRecord } from './operator'
import { updates } from './updates'
import { type Times, windowTimes } from './window-times'

/** What aggregations in time windows share: the windows of a key, the operator's times, and the updates that come out. */
export interface WindowResults {
  readonly store: TimestampedWindowStore<unknown, unknown>
  readonly times: Times
  /** Puts the window's new aggregate, and tells of it if updates come out. What was put, null where that was a deletion. */
  update(record: StreamRecord, window: TimeWindow, update: WindowUpdate): ValueAndTimestamp<unknown> | null
  row(windowed: unknown): ValueAndTimestamp<unknown> | undefined
  flush(): void
}

export interface WindowUpdate {
  readonly newValue: unknown
  /** The old value to be told of. */
  readonly oldValue: unknown
  /** The one in the store; null: none. */
  readonly stored: unknown
  readonly timestamp: number
}

export interface WindowResultsSpec extends Pick<WindowedAggregation, 'emit' | 'times' | 'aggregators'> {
  readonly store: WindowStoreDeclaration<unknown, unknown>
}

export function windowResults(spec: WindowResultsSpec, context: OperatorContext): WindowResults {
  const store = context.store(spec.store.name) as TimestampedWindowStore<unknown, unknown>
  const times = windowTimes(spec.times, { inputs: spec.aggregators.length, store: context.store })
  const results = updates(context, spec.store)
  return {
    store,
    times,
    update: (record, window, { newValue, oldValue, stored, timestamp }) => {
      const row = newValue === null ? null : { value: newValue, timestamp }
      store.put(record.key, row, window.start)
      if (spec.emit === 'on-window-update') {
        const key: Windowed<unknown> = { key: record.key, window }
        results.forward({ ...record, key, timestamp }, change(newValue, oldValue), stored)
      }
      return row
    },
    row: (windowed) => {
      const { key, window } = windowed as Windowed<unknown>
      return store.fetch(key, window.start)
    },
    flush: () => {
      results.flush()
      times.keep()
    },
  }
}
