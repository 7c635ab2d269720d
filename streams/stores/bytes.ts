/**
 * Bytes as strings of one byte a character ("ids"): cheap to hash, immutable, and ordered as the bytes are.
 */
export const toId = (bytes: Buffer): string => bytes.toString('latin1')
export const fromId = (id: string): Buffer => Buffer.from(id, 'latin1')

/** Where the ids that begin with `prefix` end: the first that does not; undefined when none follows. */
export function afterPrefix(prefix: string): string | undefined {
  for (let length = prefix.length; length > 0; length--) {
    const last = prefix.charCodeAt(length - 1)
    if (last < 0xff) return prefix.slice(0, length - 1) + String.fromCharCode(last + 1)
  }
  return undefined
}

/** The first id after `id` in the order of the bytes. */
export const successor = (id: string): string => `${id}\0`

/** Kafka's long: 8 bytes, big-endian, two's complement. */
export function writeLong(target: Buffer, value: number, at: number): void {
  target.writeInt32BE(Math.floor(value / 0x1_0000_0000), at)
  target.writeUInt32BE(lowBits(value), at + 4)
}

export function readLong(source: Buffer, at: number): number {
  return source.readInt32BE(at) * 0x1_0000_0000 + source.readUInt32BE(at + 4)
}

/** 8 characters whose order is that of the numbers, negative ones included. */
export function orderedLong(value: number): string {
  const high = Math.floor(value / 0x1_0000_0000) + 0x8000_0000
  const low = lowBits(value)
  return String.fromCharCode(
    (high >>> 24) & 0xff,
    (high >>> 16) & 0xff,
    (high >>> 8) & 0xff,
    high & 0xff,
    low >>> 24,
    (low >>> 16) & 0xff,
    (low >>> 8) & 0xff,
    low & 0xff,
  )
}

export function readOrderedLong(id: string, at: number): number {
  const high = uint32(id, at) - 0x8000_0000
  return high * 0x1_0000_0000 + uint32(id, at + 4)
}

function uint32(id: string, at: number): number {
  const bits =
    (id.charCodeAt(at) << 24) | (id.charCodeAt(at + 1) << 16) | (id.charCodeAt(at + 2) << 8) | id.charCodeAt(at + 3)
  return bits >>> 0
}

/** Bits 0 to 31, also of a negative number (`>>>` alone is exact only below 2^53, which timestamps are). */
const lowBits = (value: number): number => value >>> 0
