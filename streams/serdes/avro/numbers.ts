/** Numbers that are exact or refused. avsc's own long loses the sign below -2^52, and promotes through the same fault. */
import { type AvscType, type CheckHook, DoubleType, FloatType, LongType, type Resolver, type Tap } from './avsc'

const twoTo27 = 2 ** 27

/** A long as a number: exact within 2^53 - 1, an error beyond. */
export class ExactLong extends LongType {
  override _read(tap: Tap): number {
    const value = readLong(tap)
    if (!Number.isSafeInteger(value)) throw new RangeError('a long beyond 2^53 would not be exact')
    return value
  }

  override _write(tap: Tap, value: unknown): void {
    if (!Number.isSafeInteger(value)) throw new TypeError('not a whole number within 2^53')
    writeLong(tap, value as number)
  }

  override _check(value: unknown, _flags: number, hook?: CheckHook): boolean {
    if (Number.isSafeInteger(value)) return true
    hook?.(value, this)
    return false
  }

  _update(resolver: Resolver, writer: AvscType): void {
    if (writer.typeName === 'long') resolver._read = this._read
    else if (writer.typeName === 'int') resolver._read = readInt
  }
}

/** A double into which long is promoted with one rounding. */
export class PromotingDouble extends DoubleType {
  _update(resolver: Resolver, writer: AvscType): void {
    if (writer.typeName === 'double') resolver._read = this._read
    else if (writer.typeName === 'float') resolver._read = readFloat
    else if (writer.typeName === 'int') resolver._read = readInt
    else if (writer.typeName === 'long') resolver._read = readLong
  }
}

/** A float into which int and long are rounded, as Avro wants it and avsc does not do. */
export class PromotingFloat extends FloatType {
  _update(resolver: Resolver, writer: AvscType): void {
    if (writer.typeName === 'float') resolver._read = this._read
    else if (writer.typeName === 'int') resolver._read = (tap) => Math.fround(tap.readInt())
    else if (writer.typeName === 'long') resolver._read = (tap) => Math.fround(readLong(tap))
  }
}

const readInt = (tap: Tap): number => tap.readInt()
const readFloat = (tap: Tap): number => tap.readFloat()

/** Reads a zigzag varint of up to 64 bits: exact within 2^53, beyond it the nearest double. */
function readLong(tap: Tap): number {
  const { buf } = tap
  let byte = buf[tap.pos++]!
  let low = byte & 0x7f
  for (let shift = 7; byte & 0x80 && shift < 28; shift += 7) {
    byte = buf[tap.pos++]!
    low |= (byte & 0x7f) << shift
  }
  if (!(byte & 0x80)) return (low >>> 1) ^ -(low & 1)
  let high = 0
  for (let unit = 1; byte & 0x80; unit *= 128) {
    byte = buf[tap.pos++]!
    high += (byte & 0x7f) * unit
  }
  const half = high * twoTo27 + (low >>> 1)
  if (half < Number.MAX_SAFE_INTEGER) return low & 1 ? -half - 1 : half
  const exact = (BigInt(high) << 27n) + BigInt(low >>> 1)
  return Number(low & 1 ? -exact - 1n : exact)
}

function writeLong(tap: Tap, value: number): void {
  if (value >= -0x40000000 && value < 0x40000000) {
    tap.writeInt(value)
    return
  }
  const half = value < 0 ? -value - 1 : value
  // The low 28 bits of the zigzag number hold the sign and 27 bits of the half.
  const low = (half % twoTo27) * 2 + (value < 0 ? 1 : 0)
  writeVarint(tap, low, Math.floor(half / twoTo27))
}

/** Writes low + high * 2^28 in groups of seven bits, the lowest first; low has 28 bits. */
function writeVarint(tap: Tap, low: number, high: number): void {
  const { buf } = tap
  for (let shift = 0; shift < 21; shift += 7) buf[tap.pos++] = ((low >>> shift) & 0x7f) | 0x80
  if (high === 0) {
    buf[tap.pos++] = low >>> 21
    return
  }
  buf[tap.pos++] = (low >>> 21) | 0x80
  let left = high
  for (; left >= 128; left = Math.floor(left / 128)) buf[tap.pos++] = (left % 128) | 0x80
  buf[tap.pos++] = left
}
