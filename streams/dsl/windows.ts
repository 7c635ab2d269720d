import { MillraceError } from '../errors'
import type { EmitStrategy, HoppingWindows, SessionWindows, SlidingWindows } from '../graph/windows'
import { type Duration, durationMs } from './duration'

export type { EmitStrategy, HoppingWindows, SessionWindows, SlidingWindows, TimeWindows } from '../graph/windows'

/** Results come out once per window, when it has closed: `windowedBy(…).emitStrategy(onWindowClose)` (KIP-825). */
export const onWindowClose: EmitStrategy = 'on-window-close'
/** Results come out with every update; the default. */
export const onWindowUpdate: EmitStrategy = 'on-window-update'

export interface WindowOptions extends Duration {
  /** How long after its end a window still takes records that come late. Default none. */
  readonly grace?: Duration
}

export interface HoppingOptions extends WindowOptions {
  /** A window begins at every multiple of this. */
  readonly advance: Duration
}

/**
 * Windows of one size, one after the other; the start belongs to a window, the end does not (Kafka Streams: `TimeWindows`).
 * @throws MillraceError TOPOLOGY_INVALID
 * @example
 * tumbling({ minutes: 1, grace: { seconds: 10 } })
 */
export function tumbling({ grace, ...size }: WindowOptions): HoppingWindows {
  return hopping({ ...size, advance: size, grace })
}

/**
 * Windows of one size that overlap: a record counts in each that contains it (Kafka Streams: `TimeWindows#advanceBy`).
 * @throws MillraceError TOPOLOGY_INVALID
 * @example
 * hopping({ minutes: 5, advance: { minutes: 1 } })
 */
export function hopping({ advance, grace, ...size }: HoppingOptions): HoppingWindows {
  const sizeMs = durationMs(size, 'the size of a window')
  const advanceMs = durationMs(advance, 'the advance of a window')
  if (sizeMs === 0) throw invalid('the size of a window must be more than 0')
  if (advanceMs === 0 || advanceMs > sizeMs) {
    throw invalid(`windows of ${sizeMs} ms advance by more than 0 and at most ${sizeMs} ms, not by ${advanceMs}`)
  }
  return Object.freeze({ kind: 'hopping', sizeMs, advanceMs, graceMs: graceOf(grace) })
}

/**
 * A window for every set of records that are at most this far apart; both ends belong to it (Kafka Streams:
 * `SlidingWindows`, KIP-450).
 * @throws MillraceError TOPOLOGY_INVALID
 * @example
 * sliding({ seconds: 30, grace: { seconds: 5 } })
 */
export function sliding({ grace, ...difference }: WindowOptions): SlidingWindows {
  return Object.freeze({
    kind: 'sliding',
    sizeMs: durationMs(difference, 'the time difference of sliding windows'),
    graceMs: graceOf(grace),
  })
}

/**
 * Records at most this far apart belong to one session; it ends when nothing has come for longer (Kafka Streams:
 * `SessionWindows`).
 * @throws MillraceError TOPOLOGY_INVALID
 * @example
 * session({ minutes: 30 })
 */
export function session({ grace, ...gap }: WindowOptions): SessionWindows {
  const gapMs = durationMs(gap, 'the inactivity gap of sessions')
  if (gapMs === 0) throw invalid('the inactivity gap of sessions must be more than 0')
  return Object.freeze({ kind: 'session', gapMs, graceMs: graceOf(grace) })
}

function graceOf(grace: Duration | undefined): number {
  return durationMs(grace ?? { ms: 0 }, 'the grace of a window')
}

function invalid(message: string): MillraceError {
  return new MillraceError('TOPOLOGY_INVALID', message)
}
