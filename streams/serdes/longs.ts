const twoTo32 = 2 ** 32

/** Kafka's long: 8 bytes, big-endian; exact within 2^53. */
export function putLong(bytes: Buffer, value: number, at: number): void {
  bytes.writeInt32BE(Math.floor(value / twoTo32), at)
  bytes.writeUInt32BE(value >>> 0, at + 4)
}

export function longAt(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * twoTo32 + bytes.readUInt32BE(at + 4)
}
