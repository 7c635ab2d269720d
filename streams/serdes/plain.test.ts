import fc from 'fast-check'
import { serdeContract } from '../testing/contracts/serde'
import { bytes, json, long, nullable, string } from '.'

const context = { topic: 't', role: 'value' } as const

serdeContract('string', {
  serde: string,
  values: fc.string({ unit: 'binary' }),
  foreign: { 'no UTF-8': Buffer.of(0xff, 0xfe), 'cut off in a character': Buffer.from('é').subarray(0, 1) },
  refused: { 'a number': 7 },
})

serdeContract('long', {
  serde: long,
  values: fc.maxSafeInteger(),
  foreign: {
    '7 bytes': Buffer.alloc(7),
    '9 bytes': Buffer.alloc(9),
    'no bytes': Buffer.alloc(0),
    '2^53': Buffer.from('0020000000000000', 'hex'),
    '-2^53': Buffer.from('ffe0000000000000', 'hex'),
  },
  refused: { 'a fraction': 1.5, '2^53': 2 ** 53, 'not a number': Number.NaN, 'a text': '1' },
})

serdeContract('bytes', {
  serde: bytes,
  values: fc.uint8Array().map((array) => Buffer.from(array)),
  foreign: {},
  refused: { 'a text': 'abc' },
})

interface Point {
  readonly x: number
  readonly tags: readonly string[]
}

const points = fc.record({ x: fc.integer(), tags: fc.array(fc.string()) })

const asPoint = (value: unknown): Point => {
  if (typeof (value as Point).x !== 'number') throw new Error('x is no number')
  return value as Point
}

serdeContract('json', {
  serde: json<Point>(),
  values: points,
  foreign: { 'no JSON': Buffer.from('{"x":'), 'the JSON null': Buffer.from('null') },
  refused: { 'a function': () => 1, 'a bigint': 1n },
})

serdeContract('json with validation', {
  serde: json(asPoint),
  values: points,
  foreign: { 'JSON of another type': Buffer.from('{"x":"1"}') },
  refused: {},
})

serdeContract('nullable(string)', {
  serde: nullable(string),
  values: fc.string({ unit: 'binary' }),
  foreign: { 'no UTF-8': Buffer.of(0xff) },
  refused: { nothing: undefined },
})

describe('the plain serdes', () => {
  test.each([
    [string, 'héllo', '68c3a96c6c6f'],
    [long, 1, '0000000000000001'],
    [long, -2, 'fffffffffffffffe'],
    [long, Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
    [long, Number.MIN_SAFE_INTEGER, 'ffe0000000000001'],
    [json(), { a: 1 }, '7b2261223a317d'],
  ])('%# writes what Kafka clients of other languages write', (serde, value, hex) => {
    expect(
      serde
        .open(context)
        .encode(value as never)
        ?.toString('hex'),
    ).toBe(hex)
  })

  test('what validation says is in the error', () => {
    const opened = json(asPoint).open(context)
    expect(() => opened.decode(Buffer.from('{}'))).toThrow('t (value): x is no number')
  })

  test('nullable twice is nullable once', () => {
    const once = nullable(string)
    expect(nullable(once)).toBe(once)
  })

  test('a text may have the replacement character', () => {
    const opened = string.open(context)
    expect(opened.decode(opened.encode('a\ufffdb'))).toBe('a\ufffdb')
  })
})
