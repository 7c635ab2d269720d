import fc from 'fast-check'

/** One record piped into a topology under test. */
export interface Step {
  readonly topic: number
  readonly key: string | null
  readonly value: number | null
  /** ms */
  readonly timestamp: number
}

export interface StepsShape {
  /** How many input topics there are. Default 1. */
  readonly topics?: number
  /** The longest step of time forward; steps back are up to six times as long. */
  readonly strideMs: number
  readonly maxLength?: number
}

/** At least so many cases per property. */
export const numRuns = 1000

/**
 * Records in any interleaving and disorder: time mostly moves on, now and then it leaps or falls back, by less than a
 * grace or by much more. Few keys, the empty string and one outside ASCII among them; null keys and values.
 */
export function steps({ topics = 1, strideMs, maxLength = 30 }: StepsShape): fc.Arbitrary<readonly Step[]> {
  const move = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: strideMs }) },
    { weight: 3, arbitrary: fc.integer({ min: -6 * strideMs, max: 0 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3 * strideMs, max: 15 * strideMs }) },
    { weight: 1, arbitrary: fc.constant(0) },
  )
  const drawn = fc.record({
    topic: fc.nat({ max: topics - 1 }),
    key: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('a', 'b', '', 'ä') },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    value: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: -3, max: 9 }) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    move,
  })
  // On a coarse grid timestamps often fall on the very edge of a window.
  const grid = fc.constantFrom(1, 50, 100)
  return fc.tuple(fc.nat({ max: 3000 }), fc.array(drawn, { maxLength }), grid).map(([start, all, gridMs]) => {
    let now = start
    return all.map(({ move, ...step }) => {
      const timestamp = Math.max(0, Math.round((now + move) / gridMs) * gridMs)
      // A step back is a late record, not a new beginning.
      now = Math.max(now, timestamp)
      return { ...step, timestamp }
    })
  })
}

/** In the order of the keys' UTF-8 bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
