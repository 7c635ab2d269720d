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

/** 4 characters whose order is that of the numbers, which are unsigned. */
export function orderedInt(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}

export function readOrderedInt(id: string, at: number): number {
  const bits =
    (id.charCodeAt(at) << 24) | (id.charCodeAt(at + 1) << 16) | (id.charCodeAt(at + 2) << 8) | id.charCodeAt(at + 3)
  return bits >>> 0
}

/** 8 characters whose order is that of the numbers, negative ones included. */
export function orderedLong(value: number): string {
  return orderedInt(Math.floor(value / 0x1_0000_0000) + 0x8000_0000) + orderedInt(lowBits(value))
}

export function readOrderedLong(id: string, at: number): number {
  return (readOrderedInt(id, at) - 0x8000_0000) * 0x1_0000_0000 + readOrderedInt(id, at + 4)
}

/** Bits 0 to 31 of the two's complement; exact for every integer below 2^53. */
const lowBits = (value: number): number => value >>> 0
