/** Time and randomness come from outside, so that tests and replays decide them (DESIGN invariant 6). */
export interface Clock {
  /** Wall-clock time in ms since the epoch: for timestamps. It may be put forward or back at any moment. */
  now(): number
  /** ms since some moment, for how long things take: it never jumps. Where absent, `now()` does not jump either. */
  elapsed?(): number
  /** Resolves after `ms` of this clock, at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** What durations and deadlines are reckoned with, so that a clock that is put right holds nothing up. */
export function elapsed(clock: Clock): number {
  return clock.elapsed?.() ?? clock.now()
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done, { once: true })
    }),
}
