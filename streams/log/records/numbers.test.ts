import fc from 'fast-check'
import { readInt64, readVarint, varintSize, writeInt64, writeVarint } from './numbers'

const edges = [0, 63, 64, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER]
const safeInteger = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer(),
  fc.constantFrom(...edges.flatMap((edge) => [edge, -edge - 1])).filter(Number.isSafeInteger),
)

test('a varint has the bytes of Kafka (zig-zag, low bits first)', () => {
  fc.assert(
    fc.property(safeInteger, (value) => {
      let zigzag = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value)
      const expected: number[] = []
      for (; zigzag > 0x7fn; zigzag >>= 7n) expected.push(Number(zigzag & 0x7fn) | 0x80)
      expected.push(Number(zigzag))

      const bytes = Buffer.alloc(12)
      const end = writeVarint(bytes, value, 1)
      expect([...bytes.subarray(1, end)]).toEqual(expected)
      expect(varintSize(value)).toBe(expected.length)
    }),
    { examples: edges.flatMap((edge): [number][] => [[edge], [-edge]]) },
  )
})

test('a varint is read as it was written, and the cursor stands behind it', () => {
  fc.assert(
    fc.property(safeInteger, (value) => {
      const bytes = Buffer.alloc(12, 0xff)
      const end = writeVarint(bytes, value, 0)
      const cursor = { bytes, at: 0 }
      expect(readVarint(cursor)).toBe(value === 0 ? 0 : value)
      expect(cursor.at).toBe(end)
    }),
  )
})

test('a 64-bit integer is read and written as BigInt would', () => {
  fc.assert(
    fc.property(safeInteger, (value) => {
      const bytes = Buffer.alloc(8)
      writeInt64(bytes, value, 0)
      expect(bytes.readBigInt64BE(0)).toBe(BigInt(value))
      expect(readInt64(bytes, 0)).toBe(value === 0 ? 0 : value)
    }),
  )
})
