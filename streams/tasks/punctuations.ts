import type { Cancellable } from '../graph/processor'

/**
 * The punctuations of one task on one clock (Kafka Streams' PunctuationQueue): when one or several points have been
 * reached, the punctuation runs once, and the next one is due at the first point after the present time.
 */
export interface Punctuations {
  schedule(firstDue: number, intervalMs: number, punctuate: (timestamp: number) => void): Cancellable
  /** Runs what is due; true when something ran. */
  run(now: number): boolean
  /** ms of the earliest point still ahead; undefined when none is scheduled. */
  next(): number | undefined
}

interface Scheduled {
  due: number
  readonly intervalMs: number
  readonly punctuate: (timestamp: number) => void
}

export function punctuations(): Punctuations {
  let all: readonly Scheduled[] = []
  return {
    schedule: (firstDue, intervalMs, punctuate) => {
      const own: Scheduled = { due: firstDue, intervalMs, punctuate }
      all = [...all, own]
      return {
        cancel: () => {
          all = all.filter((other) => other !== own)
        },
      }
    },
    run: (now) => {
      let ran = false
      for (const scheduled of all) {
        // The wall clock was put back: what was due in a moment shall not wait until it shows that time again.
        if (scheduled.due - now > scheduled.intervalMs) scheduled.due = now + scheduled.intervalMs
        if (scheduled.due > now || !all.includes(scheduled)) continue
        const missed = Math.floor((now - scheduled.due) / scheduled.intervalMs)
        scheduled.due += (missed + 1) * scheduled.intervalMs
        scheduled.punctuate(now)
        ran = true
      }
      return ran
    },
    next: () => (all.length === 0 ? undefined : Math.min(...all.map(({ due }) => due))),
  }
}
