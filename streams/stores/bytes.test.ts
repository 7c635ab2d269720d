import fc from 'fast-check'
import {
  afterPrefix,
  fromId,
  orderedInt,
  orderedLong,
  readLong,
  readOrderedInt,
  readOrderedLong,
  toId,
  writeLong,
} from './bytes'

const long = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 1, 2 ** 32, -(2 ** 32), 2 ** 31, 2 ** 53, -(2 ** 53)))

test('property: longs are those of Kafka', () => {
  fc.assert(
    fc.property(long, (value) => {
      const bytes = Buffer.alloc(8)
      writeLong(bytes, value, 0)
      expect(bytes.readBigInt64BE()).toBe(BigInt(value))
      expect(readLong(bytes, 0)).toBe(value)
    }),
    { numRuns: 2000 },
  )
})

test('property: the order of ordered longs is that of the numbers', () => {
  fc.assert(
    fc.property(long, long, (a, b) => {
      expect(Math.sign(a - b)).toBe(Buffer.compare(fromId(orderedLong(a)), fromId(orderedLong(b))))
      expect(readOrderedLong(`x${orderedLong(a)}`, 1)).toBe(a)
    }),
    { numRuns: 2000 },
  )
})

test('property: unsigned ints, ids and prefixes', () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 32 - 1),
      fc.uint8Array({ maxLength: 4 }),
      fc.uint8Array({ maxLength: 6 }),
      (int, prefix, other) => {
        expect(readOrderedInt(orderedInt(int), 0)).toBe(int)
        expect([...fromId(toId(Buffer.from(other)))]).toEqual([...other])
        const from = toId(Buffer.from(prefix))
        const id = toId(Buffer.from(other))
        const to = afterPrefix(from)
        expect(id >= from && (to === undefined || id < to)).toBe(id.startsWith(from))
      },
    ),
    { numRuns: 2000 },
  )
})
