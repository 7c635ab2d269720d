import { MillraceError } from '../errors'
import { type Duration, durationMs } from './duration'

export interface WithinOptions extends Duration {
  /** How much earlier than the left record the right one may be, where that differs. */
  readonly before?: Duration
  /** How much later than the left record the right one may be, where that differs. */
  readonly after?: Duration
  /** How long after its end a window still takes records that come out of order. Default none. */
  readonly grace?: Duration
  /**
   * How often at most, on the wall clock, results without a partner are looked for. Default: whenever one is due, which
   * is what keeps a replay deterministic. Kafka Streams looks once a second.
   */
  readonly emitEvery?: Duration
}

/** The windows of a stream-stream join (Kafka Streams: `JoinWindows`), all in ms. */
export interface JoinWindows {
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
  readonly emitEveryMs: number
}

/**
 * Records join whose timestamps are at most this far apart.
 * @throws MillraceError TOPOLOGY_INVALID
 * @example
 * within({ hours: 2, grace: { minutes: 5 } })
 * @example
 * within({ minutes: 5, before: { ms: 0 } }) // the right record up to 5 minutes after the left one, not before it
 */
export function within({ before, after, grace, emitEvery, ...difference }: WithinOptions): JoinWindows {
  const bothSides = Object.keys(difference).length > 0 ? difference : undefined
  const side = (own: Duration | undefined, name: string): number => {
    const chosen = own ?? bothSides
    if (chosen === undefined) throw new MillraceError('TOPOLOGY_INVALID', `within: ${name} is not given`)
    return durationMs(chosen, `within: ${name}`)
  }
  return Object.freeze({
    beforeMs: side(before, 'before'),
    afterMs: side(after, 'after'),
    graceMs: durationMs(grace ?? { ms: 0 }, 'within: grace'),
    emitEveryMs: durationMs(emitEvery ?? { ms: 0 }, 'within: emitEvery'),
  })
}
