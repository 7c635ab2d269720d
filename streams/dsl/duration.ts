import { MillraceError } from '../errors'

/** A span of time; the parts add up. */
export interface Duration {
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
  readonly ms?: number
}

const unitsMs = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1000, ms: 1 } as const

/**
 * The span in ms.
 * @throws MillraceError TOPOLOGY_INVALID, naming `what`, for a span that is negative, not whole ms, or has no part at all
 */
export function durationMs(duration: Duration, what: string): number {
  const parts = Object.entries(unitsMs).flatMap(([unit, factor]) => {
    const amount = duration[unit as keyof Duration]
    return amount === undefined ? [] : [amount * factor]
  })
  const total = parts.reduce((sum, part) => sum + part, 0)
  if (parts.length > 0 && Number.isSafeInteger(total) && total >= 0) return total
  throw new MillraceError(
    'TOPOLOGY_INVALID',
    `${what} must be a span of whole ms, not negative, such as { seconds: 30 }; got ${JSON.stringify(duration)}`,
  )
}
