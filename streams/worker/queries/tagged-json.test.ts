import fc from 'fast-check'
import { fromTaggedJson, toTaggedJson } from './tagged-json'

const leaf = fc.oneof(
  fc.string(),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
)
const names = fc.oneof(
  fc.string(),
  fc.constantFrom('$number', '$bigint', '$bytes', '$date', '$map', '$set', '$object', '$undefined', '$', '__proto__'),
)
const anything = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('any')),
    fc.dictionary(names, tie('any'), { noNullPrototype: true }),
    fc.array(fc.tuple(tie('any'), tie('any'))).map((entries) => new Map(entries)),
    fc.array(tie('any')).map((items) => new Set(items)),
  ),
})).any

test('what is written as JSON is had back as it was', () => {
  fc.assert(
    fc.property(anything, (value) => {
      const text = JSON.stringify(toTaggedJson(value))
      expect(fromTaggedJson(JSON.parse(text))).toStrictEqual(value)
    }),
    { numRuns: 500 },
  )
})

test('a date that is none stays one', () => {
  // by itself, because two such dates are never equal
  const read = fromTaggedJson(JSON.parse(JSON.stringify(toTaggedJson(new Date(Number.NaN)))))
  expect(read).toBeInstanceOf(Date)
  expect((read as Date).getTime()).toBeNaN()
})

test('what JSON has stands for itself, the rest is an object with one field', () => {
  const value = { name: 'ann', at: 12n, key: Buffer.from('ab'), none: undefined, ratio: Number.NaN, below: -0 }
  expect(toTaggedJson(value)).toEqual({
    name: 'ann',
    at: { $bigint: '12' },
    key: { $bytes: 'YWI=' },
    ratio: { $number: 'NaN' },
    below: { $number: '-0' },
  })
  expect(toTaggedJson({ $bigint: 'mine' })).toEqual({ $object: { $bigint: 'mine' } })
  expect(toTaggedJson({ $bigint: 'mine', other: 1 })).toEqual({ $bigint: 'mine', other: 1 })
})

test('what is no data, and what is no such JSON, is refused', () => {
  expect(() => toTaggedJson({ run: () => 1 })).toThrow(expect.objectContaining({ code: 'SERIALIZATION_FAILED' }))
  for (const wrong of [{ $nothing: 1 }, { $bigint: 'x' }, { $map: 1 }, { $constructor: 1 }])
    expect(() => fromTaggedJson(wrong)).toThrow(expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }))
})
