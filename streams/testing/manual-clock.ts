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
        const sleeper = { due: now + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== sleeper)
          resolve()
        })
      }),
    advance: (ms) => {
      now += ms
      const due = sleepers.filter((sleeper) => sleeper.due <= now)
      sleepers = sleepers.filter((sleeper) => sleeper.due > now)
      for (const { wake } of due) wake()
    },
    untilNextWake: () => (sleepers.length === 0 ? undefined : Math.min(...sleepers.map(({ due }) => due)) - now),
  }
}
