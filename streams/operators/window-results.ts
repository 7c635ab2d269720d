import { change } from '../graph/change'
import type { WindowedAggregation } from '../graph/specs/aggregate'
import type { WindowStoreDeclaration } from '../stores/declaration'
import type { TimestampedWindowStore, TimeWindow, ValueAndTimestamp, Windowed } from '../stores/store'
import type { OperatorContext, StreamRecord } from './operator'
import { updates } from './updates'
import { type Times, windowTimes } from './window-times'

/** What hopping and sliding aggregations share: the windows of a key, their updates, and their final results. */
export interface WindowResults {
  readonly store: TimestampedWindowStore<unknown, unknown>
  readonly times: Times
  /** Puts the window's new aggregate and tells of it, if updates come out. */
  update(record: StreamRecord, window: TimeWindow, update: WindowUpdate): void
  /** If only final results come out: those of windows that start within `from..to`, both inclusive, in the order of their starts. */
  emitFinal(record: StreamRecord, closeTime: number, range: { readonly from: number; readonly to: number }): void
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
      store.put(record.key, newValue === null ? null : { value: newValue, timestamp }, window.start)
      if (spec.emit === 'on-window-close') return
      const key: Windowed<unknown> = { key: record.key, window }
      results.forward({ ...record, key, timestamp }, change(newValue, oldValue), stored)
    },
    emitFinal: ({ headers }, closeTime, { from, to }) => {
      if (spec.emit === 'on-window-update' || times.emittedUpTo >= closeTime || to < 0) return
      // The store gives them in the order of their keys.
      const due = [...store.fetchAll(from, to)].sort((a, b) => a.key.window.start - b.key.window.start)
      times.emittedUpTo = closeTime
      for (const { key, value } of due) {
        context.forward({ key, value: change(value.value, null), timestamp: value.timestamp, headers })
      }
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
