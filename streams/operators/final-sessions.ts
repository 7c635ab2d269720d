import { change } from '../graph/change'
import type { SessionStore } from '../stores/store'
import type { OperatorContext, StreamRecord } from './operator'
import type { Times } from './window-times'

/** The final results of sessions: each comes out once, when it has closed. */
export interface FinalSessions {
  /** Emits those that ended before `closeTime` and have not come out, by end, then by start, then by key. */
  emit(record: StreamRecord, closeTime: number): void
}

export function finalSessions(
  { store, times }: { readonly store: SessionStore<unknown, unknown>; readonly times: Times },
  context: OperatorContext,
): FinalSessions {
  return {
    emit: ({ headers }, closeTime) => {
      const from = Math.max(0, times.emittedUpTo)
      const to = closeTime - 1
      if (times.emittedUpTo >= closeTime || to < from) return
      // The store gives them in the order of their keys.
      const due = [...store.all()]
        .filter(({ key: { window } }) => window.end >= from && window.end <= to)
        .sort(({ key: { window: a } }, { key: { window: b } }) => a.end - b.end || a.start - b.start)
      times.emittedUpTo = closeTime
      for (const { key, value } of due) {
        context.forward({ key, value: change(value, null), timestamp: key.window.end, headers })
      }
    },
  }
}
