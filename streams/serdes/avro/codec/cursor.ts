/** Reading Avro's binary: where we are in the bytes, and what may still come. */
import { malformed, tooLarge, unreadable } from './failures'
import type { DecodeLimits } from './port'

export interface Cursor {
  readonly bytes: Buffer
  readonly end: number
  pos: number
  /** Items of arrays and maps that may still come. */
  items: number
  /** Records that may still stand in the one we are in. */
  depth: number
  /** Where the block that was begun last has to end; -1 where it does not say. */
  blockEnd: number
  readonly limits: DecodeLimits
}

/** Reads one value and leaves the cursor behind it. */
export type Read = (cursor: Cursor) => unknown

export function cursorOf(bytes: Buffer, start: number, limits: DecodeLimits): Cursor {
  const { maxItems, maxDepth } = limits
  return { bytes, end: bytes.length, pos: start, items: maxItems, depth: maxDepth - 1, blockEnd: -1, limits }
}

const twoTo27 = 2 ** 27

/** An int; also what must be small: lengths and indices are checked by those who ask. */
export function readInt(cursor: Cursor): number {
  const { bytes, pos } = cursor
  const byte = bytes[pos]
  if (byte !== undefined && byte < 0x80) {
    cursor.pos = pos + 1
    return (byte >>> 1) ^ -(byte & 1)
  }
  const value = readLong(cursor)
  if (value !== ((value as number) | 0) || cursor.pos - pos > 5) malformed('an int beyond 32 bits')
  return value as number
}

/** A long: a number where it is exact, a bigint beyond 2^53 - 1. */
export function readLong(cursor: Cursor): number | bigint {
  const { bytes } = cursor
  let { pos } = cursor
  let byte = bytes[pos++] ?? truncated(cursor)
  let low = byte & 0x7f
  for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
    byte = bytes[pos++] ?? truncated(cursor)
    low |= (byte & 0x7f) << shift
  }
  if (byte < 0x80) {
    cursor.pos = pos
    return (low >>> 1) ^ -(low & 1)
  }
  let high = 0
  let unit = 1
  for (; byte >= 0x80 && unit < 2 ** 42; unit *= 128) {
    byte = bytes[pos++] ?? truncated(cursor)
    high += (byte & 0x7f) * unit
  }
  cursor.pos = pos
  if (byte >= 0x80 || high >= 2 ** 36) malformed('a number of more than 64 bits')
  const half = high * twoTo27 + (low >>> 1)
  if (half < Number.MAX_SAFE_INTEGER) return low & 1 ? -half - 1 : half
  return beyondSafe(high, low)
}

/** A long as a number. */
export function readSafeLong(cursor: Cursor): number {
  const { bytes, pos } = cursor
  const byte = bytes[pos]
  if (byte !== undefined && byte < 0x80) {
    cursor.pos = pos + 1
    return (byte >>> 1) ^ -(byte & 1)
  }
  const value = readLong(cursor)
  if (typeof value === 'number') return value
  return unreadable('a long beyond 2^53 would not be exact as a number; read it as bigint')
}

function beyondSafe(high: number, low: number): number | bigint {
  const half = (BigInt(high) << 27n) + BigInt(low >>> 1)
  const value = low & 1 ? -half - 1n : half
  return value === BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : value
}

export function readBoolean(cursor: Cursor): boolean {
  const byte = cursor.bytes[cursor.pos] ?? truncated(cursor)
  cursor.pos += 1
  if (byte > 1) malformed('a boolean that is neither 0 nor 1')
  return byte === 1
}

export function readFloat(cursor: Cursor): number {
  const start = skip(cursor, 4)
  return cursor.bytes.readFloatLE(start)
}

export function readDouble(cursor: Cursor): number {
  const start = skip(cursor, 8)
  return cursor.bytes.readDoubleLE(start)
}

export function readString(cursor: Cursor): string {
  const length = readLength(cursor)
  const start = skip(cursor, length)
  return length === 0 ? '' : utf8Slice.call(cursor.bytes, start, cursor.pos)
}

/** What Node's own `toString` ends in; calling it at once saves a quarter of the time of decoding. */
const {
  utf8Slice = function (this: Buffer, start: number, end: number) {
    return this.toString('utf8', start, end)
  },
} = Buffer.prototype as { readonly utf8Slice?: (this: Buffer, start: number, end: number) => string }

/** A copy: a view would keep the whole of what was fetched with it. */
export function readBytes(cursor: Cursor): Buffer {
  return readFixed(cursor, readLength(cursor))
}

export function readFixed(cursor: Cursor, size: number): Buffer {
  const start = skip(cursor, size)
  const copy = Buffer.allocUnsafe(size)
  cursor.bytes.copy(copy, 0, start, cursor.pos)
  return copy
}

export function readLength(cursor: Cursor): number {
  const { bytes, pos } = cursor
  const byte = bytes[pos]
  if (byte !== undefined && byte < 0x80 && (byte & 1) === 0) {
    cursor.pos = pos + 1
    return byte >>> 1
  }
  const length = readLong(cursor)
  if (length < 0) malformed(`a length of ${length}`)
  return Number(length)
}

/** Goes over so many bytes and gives where they begin. */
export function skip(cursor: Cursor, size: number): number {
  const { pos } = cursor
  if (size > cursor.end - pos) truncated(cursor)
  cursor.pos = pos + size
  return pos
}

/**
 * Begins the next block of an array or a map: how many items it has, 0 at the end. Take `blockEnd` at once, and give it to
 * `endBlock` after the items.
 */
export function nextBlock(cursor: Cursor): number {
  let count = readLong(cursor)
  cursor.blockEnd = -1
  if (count < 0) {
    count = -count
    const size = readLength(cursor)
    cursor.blockEnd = cursor.pos + size
  }
  if (count > cursor.items) tooLarge(`more than ${cursor.limits.maxItems} items of arrays and maps (maxItems)`)
  cursor.items -= Number(count)
  return Number(count)
}

export function endBlock(cursor: Cursor, blockEnd: number): void {
  if (blockEnd >= 0 && cursor.pos !== blockEnd)
    malformed(`a block that should end at byte ${blockEnd} ends at ${cursor.pos}`)
}

/** What recursion goes through, so that it ends. */
export function deeper(cursor: Cursor, read: Read): unknown {
  if (cursor.depth <= 0) tooLarge(`records stand more than ${cursor.limits.maxDepth} deep in each other (maxDepth)`)
  cursor.depth -= 1
  const value = read(cursor)
  cursor.depth += 1
  return value
}

function truncated(cursor: Cursor): never {
  return malformed(`truncated: the value goes on after its ${cursor.end} bytes`)
}
