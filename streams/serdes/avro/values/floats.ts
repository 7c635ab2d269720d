const mantissaBits = 24

/** The nearest float, rounded once: by way of a double, a long beyond 2^53 would be rounded twice. */
export function floatOf(value: number | bigint): number {
  if (typeof value === 'number') return Math.fround(value)
  const size = value < 0n ? -value : value
  const excess = BigInt(size.toString(2).length - mantissaBits)
  const half = 1n << (excess - 1n)
  const rest = size & ((1n << excess) - 1n)
  const mantissa = size >> excess
  const up = rest > half || (rest === half && mantissa & 1n) ? 1n : 0n
  const rounded = Number((mantissa + up) << excess)
  return value < 0n ? -rounded : rounded
}
