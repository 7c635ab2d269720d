/** Time and randomness come from outside, so that tests and replays decide them (DESIGN invariant 6). */
export interface Clock {
  /** Wall-clock time in ms since the epoch. */
  now(): number
  /** Resolves after `ms` of this clock, at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
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
