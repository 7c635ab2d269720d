import type { Held } from '../operators/operator'

export interface Holds<S> {
  /** Calls under way. */
  readonly count: number
  /** At the limit: the task takes no further input. */
  readonly full: boolean
  limit(capacity: number): void
  hold(source: S, onFailed: (error: unknown, attempts: number, step: string) => void): Held
  /** Resolves when no call is under way. */
  settled(): Promise<void>
}

export interface HoldsOptions<S> {
  /** Runs `then` with the source record in hand. */
  resume(source: S, then: () => void): void
  /** What came after a call stopped the task. */
  failed(error: unknown): void
  onChange(): void
}

/** The calls of a task to the outside: the commit waits for all of them, so an offset is never committed ahead of one. */
export function holds<S>({ resume, failed, onChange }: HoldsOptions<S>): Holds<S> {
  let count = 0
  let capacity = Number.POSITIVE_INFINITY
  let waiting: (() => void)[] = []

  const end = (source: S, then: () => void) => {
    try {
      resume(source, then)
    } catch (error) {
      failed(error)
    }
    count -= 1
    if (count === 0) {
      const wake = waiting
      waiting = []
      for (const resolve of wake) resolve()
    }
    onChange()
  }
  return {
    get count() {
      return count
    },
    get full() {
      return count >= capacity
    },
    limit: (own) => {
      capacity = Math.min(capacity, own)
    },
    hold: (source, onFailed) => {
      count += 1
      return {
        release: (then) => end(source, then),
        fail: (error, attempts) => end(source, () => onFailed(error, attempts, 'mapAsync')),
      }
    },
    settled: async () => {
      while (count > 0) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}
