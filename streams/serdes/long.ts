import { plainSerde } from './plain'
import type { Serde } from './serde'

const twoTo32 = 2 ** 32

/** Whole numbers as 8 bytes, big-endian (Kafka's LongSerializer); exact, and an error beyond 2^53 - 1 either way. */
export const long: Serde<number> = plainSerde({
  name: 'long',
  encode: (value) => {
    if (!Number.isSafeInteger(value))
      throw new RangeError(`expected a whole number within 2^53, got ${describe(value)}`)
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeInt32BE(Math.floor(value / twoTo32), 0)
    bytes.writeInt32BE(value | 0, 4)
    return bytes
  },
  decode: (bytes) => {
    if (bytes.length !== 8) throw new RangeError(`a long has 8 bytes, got ${bytes.length}`)
    const value = bytes.readInt32BE(0) * twoTo32 + bytes.readUInt32BE(4)
    if (!Number.isSafeInteger(value)) throw new RangeError('the long is beyond 2^53 and would not be exact')
    return value
  },
})

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value
}
