/** What Java does and the vectors do not show; each of these was found by comparing random schemas and values with it. */
import { parseAvroJson } from '../../../registry/avro/parse'
import { checkCompatibility } from '../../../registry/compatibility'
import { avroCodec } from '../codec'

const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const readAs = (writer: unknown, value: unknown, reader: unknown) => {
  const [from, to] = [parseAvroJson(writer), parseAvroJson(reader)]
  return avroCodec<unknown>(to).decoder(from)(avroCodec<unknown>(from).toBytes(value))
}

describe('aliases are applied twice', () => {
  const fixed = (name: string, aliases: readonly string[]) => ({ type: 'fixed', name, size: 1, aliases })

  test('which gives two types that are named after each other their names back', () => {
    const writer = { ...record('B', field('a', fixed('A', ['B']))), aliases: ['A'] }
    const reader = { ...record('B', field('h', fixed('A', ['B']), { aliases: ['a'] })), aliases: ['A'] }
    expect(readAs(writer, { a: Buffer.of(7) }, reader)).toEqual({ h: Buffer.of(7) })
  })

  test('which takes a field from one alias to the next', () => {
    const writer = record('R', field('f', 'string'), field('d', 'int'))
    const c = (type: unknown) => field('c', type, { aliases: ['f'] })
    const d = field('d', 'int', { aliases: ['c'] })
    const reader = record('R', c(['string', 'null']), d)
    expect(() => readAs(writer, { f: 'x', d: 1 }, reader)).toThrow("by the reader's aliases R has the field d twice")
    // Where nothing differs after the first time, there is no second.
    expect(readAs(writer, { f: 'x', d: 1 }, record('R', c('string'), d))).toEqual({ c: 'x', d: 1 })
  })
})

test('an alias without a namespace is found in reading and not in checking', () => {
  const reader = parseAvroJson({ type: 'enum', name: 'E', namespace: 'ns', aliases: ['.Old'], symbols: ['A'] })
  const writer = parseAvroJson({ type: 'enum', name: 'Old', symbols: ['A'] })
  expect(checkCompatibility(reader, writer).incompatibilities).toMatchObject([
    { type: 'NAME_MISMATCH', location: '/name' },
  ])
  expect(avroCodec(reader).decoder(writer)(Buffer.of(0))).toBe('A')
})

test('equal schemas are read without their aliases', () => {
  const fields = (aliasOfA: readonly string[], aliasOfB: readonly string[]) =>
    record('R', field('a', 'int', { aliases: aliasOfA }), field('b', 'int', { aliases: aliasOfB }))
  expect(readAs(fields([], []), { a: 1, b: 2 }, fields(['b'], ['a']))).toEqual({ a: 1, b: 2 })
  const swapped = { ...fields(['b'], ['a']), owner: 'someone' }
  // Different in a property, so that the aliases hold: there and back again.
  expect(readAs(fields([], []), { a: 1, b: 2 }, swapped)).toEqual({ a: 1, b: 2 })
})

test('a default that is no symbol is an error of the schemas, also where no value needs it', () => {
  const kind = { type: 'enum', name: 'E', symbols: ['A'] }
  const writer = { type: 'array', items: record('R') }
  const reader = { type: 'array', items: record('R', field('e', kind, { default: 'B' })) }
  expect(() => readAs(writer, [], reader)).toThrow('the default "B" is no symbol of the enum E')
  expect(() => readAs(writer, [], reader)).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }))
})

test('the default of a union is of the first branch that really takes it', () => {
  const reader = (branches: unknown, fallback: unknown) => record('R', field('a', branches, { default: fallback }))
  const read = (branches: unknown, fallback: unknown) =>
    avroCodec(parseAvroJson(reader(branches, fallback)), { unions: 'wrapped' }).decoder(parseAvroJson(record('R')))(
      Buffer.alloc(0),
    )
  expect(read(['int', 'double'], 1.5)).toEqual({ a: { double: 1.5 } })
  expect(read(['int', 'long'], 2 ** 31)).toEqual({ a: { long: 2 ** 31 } })
  expect(read([{ type: 'array', items: 'int' }, 'null'], null)).toEqual({ a: null })
  expect(
    read(
      [
        { type: 'map', values: 'int' },
        { type: 'array', items: 'string' },
      ],
      ['x'],
    ),
  ).toEqual({ a: { array: ['x'] } })
})

test('defaults of bytes and fixed are characters; what a fixed lacks is zero', () => {
  const fixed = { type: 'fixed', name: 'F', size: 3 }
  const reader = record('R', field('b', 'bytes', { default: '\u00ff\u0100😀' }), field('f', fixed, { default: 'a' }))
  expect(readAs(record('R'), {}, reader)).toEqual({ b: Buffer.from([0xff, 0x3f, 0x3f]), f: Buffer.of(0x61, 0, 0) })
})
