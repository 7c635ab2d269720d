import fc from 'fast-check'
import { bigDecimalFromBytes, bigDecimalToBytes } from './big-decimals'
import { durationFromText, durationText } from './durations'
import { floatOf } from './floats'
import { type SecondDigits, timeCount, timestampCount, timestampText, timeText } from './times'
import { textOfBytes } from './utf8'
import { isUuid, isUuidCode } from './uuids'

const longs = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

test.each<SecondDigits>([3, 6, 9])('timestamps with %d digits are exact over the whole range of a long', (digits) => {
  fc.assert(
    fc.property(longs, fc.constantFrom('Z', ''), (count, zone) => {
      expect(timestampCount(timestampText(count, digits, zone), digits, zone)).toBe(count)
    }),
  )
  for (const count of [2n ** 63n - 1n, -(2n ** 63n), -1n, 0n]) {
    expect(timestampCount(timestampText(count, digits, 'Z'), digits, 'Z')).toBe(count)
  }
})

test('timestamps in milliseconds are what Date makes of them', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(-62167219200000), max: new Date(253402300799999), noInvalidDate: true }),
      (date) => {
        expect(timestampText(date.getTime(), 3, 'Z')).toBe(date.toISOString())
      },
    ),
  )
})

test('times of day', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_399_999 }), (count) => {
      expect(timeText(count, 3)).toBe(new Date(count).toISOString().slice(11, -1))
      expect(timeCount(timeText(count, 3), 3)).toBe(BigInt(count))
    }),
  )
  expect([timeText(-1, 3), timeText(86_400_000, 3)]).toEqual([undefined, undefined])
  expect(timeCount('12:30', 6)).toBe(45_000_000_000n)
})

test('durations as text', () => {
  const part = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(fc.record({ months: part, days: part, millis: part }), (duration) => {
      expect(durationFromText(durationText(duration))).toEqual(duration)
    }),
  )
  expect(durationFromText('PT1.5S')).toEqual({ months: 0, days: 0, millis: 1500 })
})

test('big-decimals keep their digits and their scale', () => {
  const digits = fc.stringMatching(/^-?[1-9][0-9]{0,40}(\.[0-9]{1,20})?$/)
  fc.assert(
    fc.property(digits, (text) => {
      expect(bigDecimalFromBytes(bigDecimalToBytes(text))).toBe(text)
    }),
  )
  // 5 with the scale -3.
  expect(bigDecimalFromBytes(Buffer.of(2, 5, 5))).toBe('5000')
})

test('a float is the nearest to the integer itself', () => {
  fc.assert(
    fc.property(longs, (value) => {
      const float = floatOf(value)
      expect(Math.fround(float)).toBe(float)
      const off = (other: number) => {
        const difference = BigInt(other) - value
        return difference < 0n ? -difference : difference
      }
      const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.abs(float) || 1)) - 23)
      for (const neighbour of [float - step, float + step]) expect(off(float) <= off(Math.fround(neighbour))).toBe(true)
    }),
  )
})

describe('bytes that are no text', () => {
  test('become text where they are', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(textOfBytes(Buffer.from(text))).toBe(text)))
  })

  // What Java's `new String(bytes, UTF_8)` gives, in the number of replacement characters.
  test.each([
    ['eda080', 1],
    ['eda0', 1],
    ['edbc', 1],
    ['e0', 1],
    ['e080', 2],
    ['f5808080', 4],
    ['f0808080', 4],
    ['f09080', 1],
    ['f490', 2],
    ['c0af', 2],
    ['c2', 1],
    ['ff', 1],
    ['80', 1],
  ])('%s is %d marks', (hex, marks) => {
    const bytes = Buffer.from(hex, 'hex')
    expect(textOfBytes(bytes)).toBe('\ufffd'.repeat(marks))
    expect(textOfBytes(Buffer.concat([bytes, Buffer.from('x')]))).toBe(`${'\ufffd'.repeat(marks)}x`)
  })
})

test('UUIDs are the same whole and by their characters', () => {
  const byCodes = (text: string) =>
    text.length === 36 && [...text].every((_, index) => isUuidCode(text.charCodeAt(index), index))
  const changed = fc.tuple(fc.uuid(), fc.nat({ max: 35 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
  fc.assert(
    fc.property(changed, ([uuid, at, character]) => {
      const text = uuid.slice(0, at) + character + uuid.slice(at + 1)
      expect(byCodes(text)).toBe(isUuid(text))
      expect(byCodes(uuid.toUpperCase())).toBe(true)
    }),
  )
})
