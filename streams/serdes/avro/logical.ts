/** The logical types whose values are not those of the type under them. */
import {
  type AvscType,
  BytesType,
  type CheckHook,
  type CopyOptions,
  FixedType,
  IntType,
  StringType,
  type Tap,
  type TypeOptions,
} from './avsc'
import { dateFromDays, daysFromDate } from './values/dates'
import {
  type DecimalFormat,
  decimalFromBytes,
  decimalToBytes,
  lengthOf,
  signExtend,
  smallUnscaled,
} from './values/decimals'

/** A type that can say what is wrong with a value. */
export interface Explaining {
  /** Why the value is none of this type's; undefined when it is one. */
  problemWith(value: unknown): string | undefined
}

export function explains(type: unknown): type is Explaining {
  return typeof (type as Partial<Explaining>).problemWith === 'function'
}

function checked(type: AvscType & Explaining, value: unknown, hook: CheckHook | undefined): boolean {
  const fits = type.problemWith(value) === undefined
  if (!fits) hook?.(value, type)
  return fits
}

function problemOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** avsc freezes its types while it makes them, so that what ours know is in a closure and not on them. */
export function decimalType(format: DecimalFormat): AvscType {
  class Decimal extends BytesType {
    override _read(tap: Tap): unknown {
      const length = tap.readLong()
      const start = tap.pos
      tap.pos += length
      return length >= 0 && tap.isValid() ? decimalFromBytes(tap.buf, start, tap.pos, format) : undefined
    }
    override _write(tap: Tap, value: unknown): void {
      const unscaled = smallUnscaled(value, format)
      if (unscaled === undefined) tap.writeBytes(decimalToBytes(value, format))
      else writeUnscaled(tap, unscaled)
    }
    override _check(value: unknown, _flags: number, hook?: CheckHook): boolean {
      return checked(this, value, hook)
    }
    override _copy(value: unknown, options?: CopyOptions): unknown {
      if (options?.coerce !== 2) return value
      const bytes = Buffer.from(String(value), 'latin1')
      return decimalFromBytes(bytes, 0, bytes.length, format)
    }
    problemWith(value: unknown): string | undefined {
      return problemOf(() => decimalToBytes(value, format))
    }
  }
  return new Decimal()
}

/** Length and two's complement, straight into the buffer. */
function writeUnscaled(tap: Tap, unscaled: number): void {
  const length = lengthOf(unscaled)
  tap.writeLong(length)
  let rest = unscaled
  for (let index = tap.pos + length - 1; index >= tap.pos; index--) {
    const high = Math.floor(rest / 256)
    tap.buf[index] = rest - high * 256
    rest = high
  }
  tap.pos += length
}

export function fixedDecimalType(
  schema: { readonly size: number },
  format: DecimalFormat,
  options: TypeOptions,
): AvscType {
  const { size } = schema
  const encode = (value: unknown) => signExtend(decimalToBytes(value, format), size)
  class FixedDecimal extends FixedType {
    override _read(tap: Tap): unknown {
      const start = tap.pos
      tap.pos += size
      return tap.isValid() ? decimalFromBytes(tap.buf, start, tap.pos, format) : undefined
    }
    override _write(tap: Tap, value: unknown): void {
      tap.writeFixed(encode(value), size)
    }
    override _check(value: unknown, _flags: number, hook?: CheckHook): boolean {
      return checked(this, value, hook)
    }
    override _copy(value: unknown, options?: CopyOptions): unknown {
      if (options?.coerce !== 2) return value
      return decimalFromBytes(Buffer.from(String(value), 'latin1'), 0, size, format)
    }
    problemWith(value: unknown): string | undefined {
      return problemOf(() => encode(value))
    }
  }
  return new FixedDecimal(schema, options)
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

function uuidProblem(value: unknown): string | undefined {
  return typeof value === 'string' && uuidPattern.test(value) ? undefined : 'expected a UUID'
}

/** A UUID as text. What is read is not looked at: a text that is none is the writer's. */
export class Uuid extends StringType implements Explaining {
  override _write(tap: Tap, value: unknown): void {
    const problem = uuidProblem(value)
    if (problem !== undefined) throw new TypeError(problem)
    tap.writeString(value as string)
  }
  override _check(value: unknown, _flags: number, hook?: CheckHook): boolean {
    return checked(this, value, hook)
  }
  override _copy(value: unknown): unknown {
    return value
  }
  problemWith(value: unknown): string | undefined {
    return uuidProblem(value)
  }
}

/** A UUID as text, written as its 16 bytes. */
export class FixedUuid extends FixedType implements Explaining {
  override _read(tap: Tap): unknown {
    const start = tap.pos
    tap.pos += 16
    return tap.isValid() ? uuidText(tap.buf.toString('hex', start, tap.pos)) : undefined
  }
  override _write(tap: Tap, value: unknown): void {
    const problem = uuidProblem(value)
    if (problem !== undefined) throw new TypeError(problem)
    tap.writeFixed(Buffer.from((value as string).replaceAll('-', ''), 'hex'), 16)
  }
  override _check(value: unknown, _flags: number, hook?: CheckHook): boolean {
    return checked(this, value, hook)
  }
  override _copy(value: unknown, options?: CopyOptions): unknown {
    return options?.coerce === 2 ? uuidText(Buffer.from(String(value), 'latin1').toString('hex')) : value
  }
  problemWith(value: unknown): string | undefined {
    return uuidProblem(value)
  }
}

function uuidText(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** A day as ISO text. */
export class DateText extends IntType implements Explaining {
  override _read(tap: Tap): unknown {
    return dateFromDays(tap.readInt())
  }
  override _write(tap: Tap, value: unknown): void {
    tap.writeInt(daysFromDate(value))
  }
  override _check(value: unknown, _flags: number, hook?: CheckHook): boolean {
    return checked(this, value, hook)
  }
  override _copy(value: unknown, options?: CopyOptions): unknown {
    return options?.coerce === 2 ? dateFromDays(value as number) : value
  }
  problemWith(value: unknown): string | undefined {
    return problemOf(() => daysFromDate(value))
  }
}
