import type { AvscType } from './avsc'
import type { DecodeLimits, Walk } from './bounds'
import { explains } from './logical'
import { headerSize, writeHeader } from './wire'

export interface EncoderOptions {
  readonly type: AvscType
  readonly limits: DecodeLimits
  /** The same walk that a reader makes first. */
  readonly walk: Walk
  /** Whether a value can break a limit without many bytes (items of no size, recursion). */
  readonly cheapToExceed: boolean
}

/** A value and the id of its schema as bytes. Throws anything when the value is none of the type's. */
export type Encode = (value: unknown, id: number) => Buffer

export function avroEncoder({ type, limits, walk, cheapToExceed }: EncoderOptions): Encode {
  // One growing buffer to write into, since the size is known only afterwards.
  let scratch = Buffer.allocUnsafe(1024)
  return (value, id) => {
    let end = type.encode(value, scratch, headerSize)
    while (end < 0) {
      scratch = Buffer.allocUnsafe(2 * (scratch.length - end))
      end = type.encode(value, scratch, headerSize)
    }
    const bytes = Buffer.allocUnsafe(end)
    scratch.copy(bytes, 0, 0, end)
    writeHeader(bytes, id)
    // What we would refuse to read we must not write.
    if (cheapToExceed || end > limits.maxItems) walk(bytes, headerSize)
    return bytes
  }
}

/** Where a value does not fit its type, and why; undefined when it fits. */
export function explainMisfit(type: AvscType, value: unknown): string | undefined {
  let found: string | undefined
  type.isValid(value, {
    errorHook: (path: readonly string[], wrong: unknown, expected: unknown) => {
      found ??= `${path.length === 0 ? '' : `${path.join('.')}: `}${problem(expected as AvscType, wrong)}`
    },
  })
  return found
}

/** The value itself stays out of the message: it may be nobody's business. */
function problem(type: AvscType, value: unknown): string {
  const explained = explains(type) ? type.problemWith(value) : undefined
  return explained ?? `expected ${expectation(type)}, got ${describe(value)}`
}

function expectation(type: AvscType): string {
  if (!type.typeName.startsWith('union:')) return type.name ?? type.typeName
  const branches = (type as unknown as { readonly types: readonly AvscType[] }).types
  return `one of ${branches.map((branch) => branch.branchName).join(', ')}`
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a fraction'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'another number' : 'a number beyond 2^53'
  if (Array.isArray(value)) return 'an array'
  return Buffer.isBuffer(value) ? 'bytes' : `another ${typeof value}`
}
