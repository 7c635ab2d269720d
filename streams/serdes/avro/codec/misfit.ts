import { unwritable } from './failures'

/** Refuses a value. The value itself stays out of the message: it may be nobody's business. */
export function misfit(expected: string, value: unknown): never {
  return unwritable(`expected ${expected}, got ${describe(value)}`)
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'number') return describeNumber(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'bigint') return 'a bigint'
  return value instanceof Uint8Array ? 'bytes' : `another ${typeof value}`
}

function describeNumber(value: number): string {
  if (!Number.isInteger(value)) return 'a fraction'
  return Number.isSafeInteger(value) ? 'another number' : 'a number beyond 2^53'
}
