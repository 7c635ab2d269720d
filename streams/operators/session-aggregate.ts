import { change } from '../graph/change'
import type { SessionStore, TimeWindow, Windowed } from '../stores/store'
import { finalWindows } from './final-windows'
import type { OperatorFactory, StreamRecord } from './operator'
import { updates } from './updates'
import { windowTimes } from './window-times'

/**
 * Aggregates in sessions (KStreamSessionWindowAggregate). A record joins the sessions it is within the gap of into one: the
 * old ones are deleted, the new one is put. It is left out if the session it would end up in has closed. Null keys are left
 * out; a null value is aggregated. Results have the session's end as their timestamp.
 */
export const sessionAggregate: OperatorFactory<'session-aggregate'> = (spec, context) => {
  const { initializer, aggregators, merger } = spec
  const { gapMs, graceMs } = spec.windows
  const store = context.store(spec.store.name) as SessionStore<unknown, unknown>
  const times = windowTimes(spec.times, { inputs: aggregators.length, store: context.store })
  const results = updates(context, spec.store)
  const stored = () =>
    [...store.all()].map(({ key, value }) => ({ windowed: key, result: { value, timestamp: key.window.end } }))
  const final =
    spec.emit === 'on-window-close' ? finalWindows({ times, storeName: spec.store.name, stored }, context) : undefined

  /** Tells of a session, now in the store or no longer; `before` is what was there, if it is not what is to be told. */
  const tell = (session: Windowed<unknown>, newValue: unknown, oldValue: unknown, before = oldValue) => {
    const { end } = session.window
    if (final === undefined) {
      results.forward({ key: session, value: null, timestamp: end, headers: [] }, change(newValue, oldValue), before)
    } else if (newValue === null) {
      final.delete(session)
    } else {
      final.set(session, { value: newValue, timestamp: end })
    }
  }
  /** The sessions within the gap of the record, with what they come to together. */
  const touched = ({ key, timestamp }: StreamRecord) => {
    const sessions = [...store.findSessions(key, timestamp - gapMs, timestamp + gapMs)]
    const merged = sessions.reduce((sum, { value }) => merger(sum, value, key), initializer())
    const window = sessions.reduce((all, session) => span(all, session.key.window), {
      start: timestamp,
      end: timestamp,
    })
    return { sessions, merged, window }
  }

  return {
    process: (record, input) => {
      const { key, value, timestamp } = record
      if (key === null) return context.dropped('null key')
      const closeTime = times.observe(timestamp, input) - graceMs - gapMs
      // Before the record is put: it may make the store forget what has just closed.
      final?.emit(record, closeTime)
      const { sessions, merged, window } = touched(record)
      if (window.end < closeTime) return context.dropped('late for its session')
      const single = window.start === window.end
      for (const session of single ? [] : sessions) {
        store.remove(session.key)
        tell(session.key, null, session.value)
      }
      const newValue = aggregators[input]!(merged, value, key)
      store.put({ key, window }, newValue)
      tell({ key, window }, newValue, null, single ? (sessions[0]?.value ?? null) : null)
    },
    row: (windowed) => {
      const { key, window } = windowed as Windowed<unknown>
      const value = store.fetchSession(key, window.start, window.end)
      return value === undefined ? undefined : { value, timestamp: window.end }
    },
    flush: () => {
      results.flush()
      times.keep()
    },
  }
}

function span(a: TimeWindow, b: TimeWindow): TimeWindow {
  return { start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) }
}
