import type { Clock } from '../clock'

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  advance(ms: number): void
  /** ms until the earliest sleeper wakes; undefined when none sleeps. */
  untilNextWake(): number | undefined
}

export function manualClock(start: number): ManualClock {
  let now = start
  let sleepers: { readonly due: number; readonly wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve()
        const wake = () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper = { due: now + ms, wake }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', wake)
      }),
    advance: (ms) => {
      now += ms
      for (const { wake } of sleepers.filter((sleeper) => sleeper.due <= now)) wake()
    },
    untilNextWake: () => (sleepers.length === 0 ? undefined : Math.min(...sleepers.map(({ due }) => due)) - now),
  }
}
