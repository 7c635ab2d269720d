import { parseAvroJson } from '../../../registry/avro/parse'
import { inMemoryRegistry } from '../../../registry/in-memory'
import { type AvroOptions, avro } from '../avro'
import { avroCodec } from './codec'

const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, fields })
const field = (name: string, type: unknown) => ({ name, type })
const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

/** Decodes, both as a value and as a field that the reader does not have. */
const decode = (schema: unknown, hex: string) => {
  const type = parseAvroJson(schema)
  return avroCodec(type, { long: 'bigint', unions: 'wrapped' }).decoder()(bytes(hex))
}
const skip = (schema: unknown, hex: string) => {
  const writer = parseAvroJson(record('Skipped', field('unknown', schema)))
  return avroCodec(parseAvroJson(record('Skipped'))).decoder(writer)(bytes(hex))
}

/** `{v: int, next: Node | null}` */
const list = record('Node', field('v', 'int'), field('next', ['null', 'Node']))

const nested = (depth: number): unknown => {
  let value: unknown = null
  for (let index = 0; index < depth; index++) value = { v: index, next: value }
  return value
}

const open = (schema: unknown, options?: AvroOptions) =>
  avro<unknown>(JSON.stringify(schema), options).open({ topic: 't', role: 'value', registry: inMemoryRegistry() })

describe('what is taken', () => {
  test.each([
    ['null', ''],
    ['boolean', '01'],
    ['int', 'ffffffff0f'],
    ['long', 'ffffffffffffffffff01'],
    ['float', '00000000'],
    ['double', '0000000000000000'],
    ['string', '0461 62'],
    ['bytes', '00'],
    [{ type: 'fixed', name: 'F', size: 3 }, '010203'],
    [{ type: 'enum', name: 'E', symbols: ['A', 'B'] }, '02'],
    [['null', 'string'], '020261'],
    [{ type: 'array', items: 'int' }, '04 02 04 00'],
    [{ type: 'array', items: 'int' }, '03 04 02 04 02 06 00'],
    [{ type: 'map', values: 'int' }, '02 0261 02 00'],
    [list, '02 02 04 00'],
  ])('%j is read from %s, and skipped', (schema, hex) => {
    expect(() => decode(schema, hex)).not.toThrow()
    expect(skip(schema, hex)).toEqual({})
  })

  test.each([
    ['a boolean of 2', 'boolean', '02', 'neither 0 nor 1'],
    ['no boolean', 'boolean', '', 'truncated'],
    ['an int of 33 bits', 'int', 'ffffffff1f', 'an int beyond 32 bits'],
    ['an int of six bytes', 'int', '808080808000', 'an int beyond 32 bits'],
    ['a long of eleven bytes', 'long', '8080808080808080808000', 'more than 64 bits'],
    ['half a long', 'long', '8080', 'truncated'],
    ['half a double', 'double', '00000000', 'truncated'],
    ['a string that is too short', 'string', '0461', 'truncated'],
    ['a string of 2^52 bytes', 'string', '80808080808080 20', 'truncated'],
    ['a string of -1 bytes', 'string', '01', 'a length of -1'],
    ['a branch too many', ['null', 'int'], '04', 'no branch of a union with the index 2'],
    ['a branch of -1', ['null', 'int'], '01', 'no branch of a union with the index -1'],
    ['a symbol too many', { type: 'enum', name: 'E', symbols: ['A'] }, '02', 'no symbol of E with the index 1'],
    ['an array without an end', { type: 'array', items: 'int' }, '0202', 'truncated'],
    [
      'a block of another size',
      { type: 'array', items: 'int' },
      '01 04 02 00',
      'a block that should end at byte 4 ends at 3',
    ],
    ['a block of a negative size', { type: 'array', items: 'int' }, '01 01 02 00', 'a length of -1'],
    ['30,000,000 nulls', { type: 'array', items: 'null' }, '80 8e ce 1c 00', 'more than 100000 items'],
    ['2^62 nulls', { type: 'array', items: 'null' }, '8080808080808080 80 01 00', 'more than 100000 items'],
    ['-2^63 nulls', { type: 'array', items: 'null' }, 'ffffffffffffffffff01 00 00', 'more than 100000 items'],
    [
      '1,000 blocks of 1,000 nulls',
      { type: 'array', items: 'null' },
      `${'d00f'.repeat(1000)}00`,
      'more than 100000 items',
    ],
    ['2^31 empty keys', { type: 'map', values: 'null' }, '8080808010 00', 'more than 100000 items'],
    ['records without fields', { type: 'array', items: record('E') }, '80 8e ce 1c 00', 'more than 100000 items'],
  ])('%s: an error before anything is made of it', (_, schema, hex, message) => {
    for (const read of [decode, skip]) {
      expect(() => read(schema, hex)).toThrow(message)
      expect(() => read(schema, hex)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^PAYLOAD_/) }))
    }
  })

  test('records that stand in themselves are bounded, through whatever is between', () => {
    const tree = record('Tree', field('children', { type: 'map', values: ['null', { type: 'array', items: 'Tree' }] }))
    // One child each: a block of one entry with an empty key, the second branch, a block of one item.
    const deep = (depth: number) => `${'02 00 02 02'.repeat(depth)}00${'00 00'.repeat(depth)}`
    for (const read of [decode, skip]) {
      expect(() => read(tree, deep(199))).not.toThrow()
      expect(() => read(tree, deep(200))).toThrow('records stand more than 200 deep in each other (maxDepth)')
      expect(() => read(list, '0202'.repeat(100_000))).toThrow('more than 200 deep')
    }
  })
})

describe('the limits of a serde', () => {
  test('a hostile count is an error of its own', () => {
    const serde = open({ type: 'array', items: 'null' })
    expect(() => serde.decode(bytes('0000000001 80 a8 d6 b9 07 00'))).toThrow(
      expect.objectContaining({ name: 'TerminalError', code: 'PAYLOAD_TOO_LARGE' }),
    )
  })

  test('what could not be read is not written', () => {
    expect(() => open(list).encode(nested(201))).toThrow('more than 200 deep')
    expect(() => open(list).encode(nested(201))).toThrow(expect.objectContaining({ code: 'SERIALIZATION_FAILED' }))
    const many = Array.from({ length: 100_001 }, () => null)
    expect(() => open({ type: 'array', items: 'null' }).encode(many)).toThrow('more than 100000 items')
    expect(() => open({ type: 'array', items: 'boolean' }).encode(many.map(() => true))).toThrow(
      'more than 100000 items',
    )
  })

  test('can be widened', () => {
    const serde = open(list, { maxDepth: 500 })
    expect(serde.decode(serde.encode(nested(500)))).toEqual(nested(500))
    const items = Array.from({ length: 100_001 }, () => true)
    const wide = open({ type: 'array', items: 'boolean' }, { maxItems: 200_000 })
    expect(wide.decode(wide.encode(items))).toEqual(items)
  })

  test('a payload that is too long is neither read nor written', () => {
    const serde = open('bytes', { maxBytes: 100 })
    expect(() => serde.encode(Buffer.alloc(100))).toThrow('102 bytes are more than 100 (maxBytes)')
    const long = open('bytes').encode(Buffer.alloc(100))
    expect(() => serde.decode(long)).toThrow(expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' }))
    expect(serde.decode(serde.encode(Buffer.alloc(98)))).toHaveLength(98)
  })

  test('long texts and bytes are no items', () => {
    const serde = open('bytes')
    expect(serde.decode(serde.encode(Buffer.alloc(300_000)))).toHaveLength(300_000)
  })
})
