import { change } from '../graph/change'
import type { Windowed } from '../serdes/windowed'
import { orderedLong, toId } from '../stores/bytes'
import { type Keyed, ordered } from '../stores/ordered'
import type { ValueAndTimestamp } from '../stores/store'
import type { OperatorContext, StreamRecord } from './operator'
import type { Times } from './window-times'

/** Windows of any start and end (sliding windows, sessions) whose results come out once, when they have closed. */
export interface FinalWindows {
  /** The window's result as it is now. */
  set(windowed: Windowed<unknown>, result: ValueAndTimestamp<unknown>): void
  delete(windowed: Windowed<unknown>): void
  /** Emits the windows that end before `closeTime`: by end, then by start, then by the bytes of the key. */
  emit(by: StreamRecord, closeTime: number): void
}

export interface FinalWindowsOptions {
  readonly times: Times
  readonly storeName: string
  /** All windows in the store. */
  readonly stored: () => Iterable<Result>
}

interface Result {
  readonly windowed: Windowed<unknown>
  readonly result: ValueAndTimestamp<unknown>
}

/**
 * The windows that are still to come out are kept in memory in the order in which they fall due: the store has them in
 * the order of their keys, and walking all keys for every record would not do. After a restart they are read from it.
 */
export function finalWindows(
  { times, storeName, stored }: FinalWindowsOptions,
  context: Pick<OperatorContext, 'keyBytes' | 'forward'>,
): FinalWindows {
  const due = ordered<Result & Keyed>()
  let read = false
  const idOf = ({ key, window }: Windowed<unknown>) =>
    orderedLong(window.end) + orderedLong(window.start) + toId(context.keyBytes(storeName, key))
  /** With the first record, since stores are restored after the operators are made. */
  const readStored = () => {
    if (read) return
    read = true
    for (const one of stored()) {
      if (one.windowed.window.end >= times.emittedUpTo) due.set({ id: idOf(one.windowed), ...one })
    }
  }
  return {
    set: (windowed, result) => {
      readStored()
      due.set({ id: idOf(windowed), windowed, result })
    },
    delete: (windowed) => {
      readStored()
      due.delete(idOf(windowed))
    },
    emit: ({ headers }, closeTime) => {
      if (closeTime <= times.emittedUpTo) return
      readStored()
      times.emittedUpTo = closeTime
      for (const { id, windowed, result } of due.items({ to: orderedLong(closeTime) })) {
        due.delete(id)
        context.forward({ key: windowed, value: change(result.value, null), timestamp: result.timestamp, headers })
      }
    },
  }
}
