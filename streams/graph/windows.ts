/** The kinds of window an aggregation can have; all times in ms. */

/** Windows of one size that begin at every multiple of the advance; tumbling where the two are equal. */
export interface HoppingWindows {
  readonly kind: 'hopping'
  readonly sizeMs: number
  readonly advanceMs: number
  /** How long after its end a window still takes records. */
  readonly graceMs: number
}

/** A window for every set of records that are at most this far apart (KIP-450); both ends belong to it. */
export interface SlidingWindows {
  readonly kind: 'sliding'
  /** The largest difference of two timestamps in one window. */
  readonly sizeMs: number
  readonly graceMs: number
}

/** A session ends when nothing has come for longer than the gap; first and last timestamp belong to it. */
export interface SessionWindows {
  readonly kind: 'session'
  readonly gapMs: number
  readonly graceMs: number
}

export type TimeWindows = HoppingWindows | SlidingWindows

/** When results of a window come out: with every update, or once, when the window has closed (KIP-825). */
export type EmitStrategy = 'on-window-update' | 'on-window-close'
