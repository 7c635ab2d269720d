import type { Clock } from '../../clock'

/** A reason for an abort that nobody asks about: without one Node makes an error with its stack for each. */
export const over: unique symbol = Symbol('over')

const timedOut: unique symbol = Symbol('timed out')

/** Gives what `work` gives, or rejects with `late()` after `ms`; `work` itself goes on unheard. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const timer = new AbortController()
  const expiry = clock.sleep(ms, timer.signal).then((): typeof timedOut => timedOut)
  try {
    const first = await Promise.race([work, expiry])
    if (first === timedOut) throw late()
    return first
  } finally {
    timer.abort(over)
  }
}
