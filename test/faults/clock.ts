import { type Clock, systemClock } from 'millrace'

/** The system's clock, put forward or back: what time it is jumps, how long things take does not. */
export interface JumpingClock extends Clock {
  jumpTo(offsetMs: number): void
}

export function jumpingClock(): JumpingClock {
  let offset = 0
  return {
    ...systemClock,
    now: () => systemClock.now() + offset,
    jumpTo: (offsetMs) => {
      offset = offsetMs
    },
  }
}
