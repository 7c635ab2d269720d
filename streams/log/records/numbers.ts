/**
 * Kafka's variable-length and 64-bit integers in plain numbers, exact to 2^53: no BigInt and no Long object on the
 * record path. A varint holds a number in zig-zag form, 2n for n >= 0 and -2n - 1 below, seven bits a byte.
 */
const two32 = 0x1_0000_0000

/** A place in a buffer that reading moves on. */
export interface Cursor {
  readonly bytes: Buffer
  at: number
}

/** Bytes a number takes as a varint. */
export function varintSize(value: number): number {
  if (value === (value | 0)) {
    const zigzag = (value << 1) ^ (value >> 31)
    // 2^7 takes two bytes, 2^14 three: one byte for each seven bits in use, and one for none.
    return Math.max(1, Math.ceil((32 - Math.clz32(zigzag)) / 7))
  }
  let size = 1
  for (let rest = Math.floor(magnitude(value) / 64); rest > 0; rest = Math.floor(rest / 128)) size++
  return size
}

/** Writes a varint and gives the place after it. */
export function writeVarint(bytes: Buffer, value: number, at: number): number {
  if (value !== (value | 0)) return writeLongVarint(bytes, value, at)
  let zigzag = (value << 1) ^ (value >> 31)
  let to = at
  while ((zigzag & ~0x7f) !== 0) {
    bytes[to++] = (zigzag & 0x7f) | 0x80
    zigzag >>>= 7
  }
  bytes[to++] = zigzag
  return to
}

function writeLongVarint(bytes: Buffer, value: number, at: number): number {
  // The sign takes the lowest bit, so the first byte has room for six more; this way nothing ever passes 2^53.
  const first = magnitude(value)
  let byte = ((first % 64) << 1) | (value < 0 ? 1 : 0)
  let to = at
  for (let rest = Math.floor(first / 64); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[to++] = byte | 0x80
    byte = rest % 128
  }
  bytes[to++] = byte
  return to
}

/** Reads a varint. Past the end of the buffer it reads zeros: the caller checks where the cursor came to stand. */
export function readVarint(cursor: Cursor): number {
  const first = cursor.bytes[cursor.at++]!
  if (first <= 0x7f) return (first >>> 1) ^ -(first & 1)
  let read = (first & 0x7f) >> 1
  let weight = 64
  let byte: number
  do {
    byte = cursor.bytes[cursor.at++]!
    read += (byte & 0x7f) * weight
    weight *= 128
  } while (byte > 0x7f && weight < 2 ** 62)
  return first & 1 ? -read - 1 : read
}

export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * two32 + bytes.readUInt32BE(at + 4)
}

export function writeInt64(bytes: Buffer, value: number, at: number): void {
  bytes.writeInt32BE(Math.floor(value / two32), at)
  bytes.writeUInt32BE(value >>> 0, at + 4)
}

function magnitude(value: number): number {
  return value < 0 ? -value - 1 : value
}
