import fc from 'fast-check'
import { parseAvroJson } from '../../../registry/avro/parse'
import { avroCodec, type CodecOptions, newSink, take } from '.'

const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const logical = (type: string, logicalType: string, more: object = {}) => ({ type, logicalType, ...more })
const codecOf = (schema: unknown, options?: CodecOptions) => avroCodec<unknown>(parseAvroJson(schema), options)
const bytesOf = (schema: unknown, value: unknown, options?: CodecOptions) => codecOf(schema, options).toBytes(value)
const again = (schema: unknown, value: unknown, options?: CodecOptions) =>
  codecOf(schema, options).decoder()(bytesOf(schema, value, options))

/** An order whose item 3 has the field `price` of this type. */
const order = (price: unknown) =>
  record('Order', field('items', { type: 'array', items: record('Item', field('price', price)) }))
const orderWith = (wrong: unknown, right: unknown) => ({
  items: [right, right, right, wrong].map((price) => ({ price })),
})

describe('longs', () => {
  const beyond = 2n ** 53n

  test('are bigints, if so wanted, over their whole range', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(again('long', value, { long: 'bigint' })).toBe(value)
      }),
    )
    for (const value of [2n ** 63n - 1n, -(2n ** 63n), beyond, -beyond, beyond - 1n, 0n]) {
      expect(again('long', value, { long: 'bigint' })).toBe(value)
    }
    expect(again({ type: 'array', items: 'long' }, [beyond], { long: 'bigint' })).toEqual([beyond])
  })

  test.each([2n ** 63n, -(2n ** 63n) - 1n, 1, '1'])('as bigints refuse %p', (value) => {
    expect(() => bytesOf('long', value, { long: 'bigint' })).toThrow('expected long as a bigint')
  })

  test('as numbers beyond 2^53 are an error that names the field, never another number', () => {
    const bytes = bytesOf(order('long'), orderWith(beyond, 1n), { long: 'bigint' })
    const decode = codecOf(order('long')).decoder()
    expect(() => decode(bytes)).toThrow(
      'items[3].price: a long beyond 2^53 would not be exact as a number; read it as bigint',
    )
    expect(() => decode(bytes)).toThrow(
      expect.objectContaining({ code: 'DESERIALIZATION_FAILED', details: { path: 'items[3].price' } }),
    )
    expect(() => bytesOf(order('long'), orderWith(2 ** 53, 1))).toThrow(
      'items[3].price: expected long, got a number beyond 2^53',
    )
  })

  test('are promoted to float and double by one rounding', () => {
    const value = 1152921573326323713n
    const bytes = bytesOf('long', value, { long: 'bigint' })
    const writer = parseAvroJson('long')
    expect(codecOf('float').decoder(writer)(bytes)).toBe(2 ** 60 + 2 ** 37)
    expect(codecOf('double').decoder(writer)(bytes)).toBe(Number(value))
    expect(codecOf('float').decoder(writer)(bytesOf('long', -value, { long: 'bigint' }))).toBe(-(2 ** 60 + 2 ** 37))
  })
})

describe('logical types', () => {
  const forms: readonly (readonly [unknown, CodecOptions['logical'], unknown])[] = [
    [logical('bytes', 'decimal', { precision: 9, scale: 2 }), {}, '-45.99'],
    [logical('bytes', 'decimal', { precision: 9, scale: 2 }), { decimal: 'raw' }, Buffer.of(0x11, 0xf7)],
    [{ ...logical('fixed', 'decimal', { precision: 4, scale: 1 }), name: 'F', size: 3 }, {}, '-1.5'],
    [logical('bytes', 'big-decimal'), {}, '12345678901234567890.123'],
    [logical('bytes', 'big-decimal'), { 'big-decimal': 'raw' }, Buffer.of(2, 1, 0)],
    [logical('string', 'uuid'), {}, 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'],
    [logical('string', 'uuid'), { uuid: 'raw' }, 'no uuid'],
    [{ ...logical('fixed', 'uuid'), name: 'F', size: 16 }, {}, 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'],
    [logical('int', 'date'), {}, '2024-02-29'],
    [logical('int', 'date'), { date: 'raw' }, 19_782],
    [logical('int', 'time-millis'), {}, 1],
    [logical('int', 'time-millis'), { 'time-millis': 'text' }, '23:59:59.999'],
    [logical('long', 'time-micros'), { 'time-micros': 'text' }, '12:00:00.000001'],
    [logical('long', 'time-micros'), { 'time-micros': 'bigint' }, 1n],
    [logical('long', 'timestamp-millis'), {}, 1_732_258_000_123],
    [logical('long', 'timestamp-millis'), { 'timestamp-millis': 'date' }, new Date(-1)],
    [logical('long', 'timestamp-millis'), { 'timestamp-millis': 'text' }, '1969-12-31T23:59:59.999Z'],
    [logical('long', 'timestamp-micros'), { 'timestamp-micros': 'text' }, '2024-01-31T12:00:00.000001Z'],
    [logical('long', 'timestamp-nanos'), {}, 1_732_258_000_123_456_789n],
    [logical('long', 'timestamp-nanos'), { 'timestamp-nanos': 'text' }, '2024-01-31T12:00:00.000000001Z'],
    [logical('long', 'local-timestamp-millis'), { 'local-timestamp-millis': 'text' }, '-0001-12-31T00:00:00.000'],
    [logical('long', 'local-timestamp-micros'), { 'local-timestamp-micros': 'text' }, '+10000-01-01T00:00:00.000000'],
    [logical('long', 'local-timestamp-nanos'), { 'local-timestamp-nanos': 'raw' }, 7],
    [{ ...logical('fixed', 'duration'), name: 'F', size: 12 }, {}, { months: 1, days: 2, millis: 2 ** 32 - 1 }],
    [{ ...logical('fixed', 'duration'), name: 'F', size: 12 }, { duration: 'text' }, 'P1M2DT0.003S'],
    [{ ...logical('fixed', 'duration'), name: 'F', size: 12 }, { duration: 'raw' }, Buffer.alloc(12, 1)],
  ]
  test.each(forms)('%j with %j is written from and read as %p', (schema, logicalForms, value) => {
    expect(again(schema, value, { logical: logicalForms })).toEqual(value)
  })

  test.each<[unknown, CodecOptions['logical'], unknown, string]>([
    [logical('bytes', 'big-decimal'), {}, '1e3', 'expected a decimal'],
    [logical('string', 'uuid'), {}, 'f81d4fae-7dec-11d0-a765-00a0c91e6bfg', 'expected a UUID'],
    [logical('string', 'uuid'), {}, 'f81d4fae07dec-11d0-a765-00a0c91e6bf6', 'expected a UUID'],
    [{ ...logical('fixed', 'uuid'), name: 'F', size: 16 }, {}, 'no', 'expected a UUID'],
    [logical('int', 'time-millis'), { 'time-millis': 'text' }, '24:00:00.000', 'expected a time of day'],
    [logical('int', 'time-millis'), { 'time-millis': 'text' }, '12:00:00.0001', 'expected a time of day'],
    [logical('long', 'timestamp-millis'), { 'timestamp-millis': 'date' }, new Date(Number.NaN), 'expected a Date'],
    [
      logical('long', 'timestamp-millis'),
      { 'timestamp-millis': 'text' },
      '2024-01-31T12:00:00',
      'expected a timestamp',
    ],
    [logical('long', 'timestamp-millis'), { 'timestamp-millis': 'text' }, '2024-02-30T12:00:00Z', 'expected a day'],
    [
      logical('long', 'timestamp-nanos'),
      { 'timestamp-nanos': 'text' },
      '2300-01-01T00:00:00Z',
      'a timestamp beyond 64 bits',
    ],
    [{ ...logical('fixed', 'duration'), name: 'F', size: 12 }, {}, { months: 1, days: -1, millis: 0 }, 'expected {'],
    [{ ...logical('fixed', 'duration'), name: 'F', size: 12 }, {}, null, 'expected {'],
    [{ ...logical('fixed', 'duration'), name: 'F', size: 12 }, { duration: 'text' }, 'P', 'expected a duration'],
  ])('%j with %j refuses %p: %s', (schema, logicalForms, value, why) => {
    expect(() => bytesOf(order(schema), orderWith(value, value), { logical: logicalForms })).toThrow(
      `items[0].price: ${why}`,
    )
  })

  test('what has no form is an error that names the field', () => {
    const writer = parseAvroJson(order('long'))
    const reader = (type: string, form: object) =>
      codecOf(order(logical('long', type)), { logical: form }).decoder(writer)
    const bytes = bytesOf(order('long'), orderWith(2 ** 53 - 1, 1))
    expect(() => reader('timestamp-millis', { 'timestamp-millis': 'date' })(bytes)).toThrow(
      'items[3].price: a timestamp that',
    )
    expect(() => reader('time-micros', { 'time-micros': 'text' })(bytes)).toThrow('items[3].price: no time-micros')
  })

  test('a big-decimal does not take a scale at its word', () => {
    // One byte, and a scale of 2^31 - 1.
    const bytes = Buffer.from('0e0201feffffff0f', 'hex')
    expect(() => codecOf(logical('bytes', 'big-decimal')).decoder()(bytes)).toThrow(
      'a scale of 2147483647 is too large',
    )
  })
})

describe('errors name the path', () => {
  const nested = record(
    'R',
    field('maps', { type: 'map', values: { type: 'array', items: ['null', record('S', field('n', 'int'))] } }),
  )

  test('through maps, arrays and unions', () => {
    const value = (n: unknown) => ({ maps: { a: [], 'b"': [null, { n }] } })
    expect(() => bytesOf(nested, value('1'))).toThrow('maps["b\\""][1].n: expected int, got another string')
    const writer = parseAvroJson(JSON.parse(JSON.stringify(nested).replace('"int"', '"string"')))
    const bytes = bytesOf(JSON.parse(JSON.stringify(nested).replace('"int"', '"string"')), value('x'))
    // S is read structurally by no branch, since the string cannot become an int.
    expect(() => codecOf(nested).decoder(writer)(bytes)).toThrow(
      'maps["b\\""][1].n: the writer\'s string cannot be read as int',
    )
  })

  test('of what is skipped', () => {
    const writer = record('R', field('gone', { type: 'array', items: 'boolean' }))
    const read = codecOf(record('R')).decoder(parseAvroJson(writer))
    expect(() => read(Buffer.from('0401', 'hex'))).toThrow('gone: truncated')
  })

  test('and the sink is as it was', () => {
    const codec = codecOf({ type: 'array', items: 'string' })
    const sink = newSink(16)
    codec.encode(['a'], sink)
    expect(() => codec.encode(['x'.repeat(40), 1], sink)).toThrow('[1]: expected string')
    codec.encode(['b'], sink)
    expect(take(sink).toString('latin1')).toBe('\x02\x02a\x00\x02\x02b\x00')
  })

  test('a value that contains itself is one', () => {
    const value: { next: unknown } = { next: null }
    value.next = value
    const node = record('Node', field('next', ['null', 'Node']))
    expect(() => bytesOf(node, value)).toThrow('records stand more than 200 deep in each other (maxDepth)')
  })
})

describe('unions', () => {
  const union = ['null', 'int', 'long', record('R', field('a', 'int')), { type: 'map', values: 'int' }]

  test('are wrapped, if so wanted', () => {
    for (const value of [null, { int: 1 }, { long: 1 }, { R: { a: 1 } }, { map: { a: 1 } }]) {
      expect(again(union, value, { unions: 'wrapped' })).toEqual(value)
    }
    for (const value of [1, {}, { null: null }, { a: 1 }, { int: 1, long: 1 }, { null: null, int: 1 }, undefined]) {
      expect(() => bytesOf(union, value, { unions: 'wrapped' })).toThrow('expected one of null, int, long, R, map')
    }
  })

  test('go by what values look like in their form', () => {
    const both = ['int', 'long', logical('string', 'uuid')]
    expect(bytesOf(both, 1n, { long: 'bigint' })).toEqual(Buffer.of(2, 2))
    expect(bytesOf(both, 1, { long: 'bigint' })).toEqual(Buffer.of(0, 2))
    const times = ['null', logical('long', 'timestamp-millis'), 'int', { type: 'map', values: 'int' }]
    const dated: CodecOptions = { logical: { 'timestamp-millis': 'date' } }
    expect(bytesOf(times, new Date(1), dated)).toEqual(Buffer.of(2, 2))
    expect(bytesOf(times, 1, dated)).toEqual(Buffer.of(4, 2))
    expect(bytesOf(['bytes', 'null'], new Uint8Array([7]))).toEqual(Buffer.of(0, 2, 7))
  })
})

describe('records and maps', () => {
  test('have members of any name', () => {
    const names = ['__proto__', 'constructor', 'toString', 'class', 'a']
    const schema = record('R', ...names.map((name) => field(name, 'int')))
    const value = Object.fromEntries(names.map((name, index) => [name, index]))
    const read = again(schema, value) as object
    expect(Object.entries(read)).toEqual(Object.entries(value))
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    expect(() => bytesOf(record('R', field('constructor', 'int')), {})).toThrow(
      'constructor: expected int, got nothing',
    )
  })

  test('defaults are written for what is left out, and made anew at each reading', () => {
    const list = { type: 'array', items: 'int' }
    const schema = record('R', field('list', list, { default: [1] }), field('text', 'string', { default: 'x' }))
    expect(again(schema, {})).toEqual({ list: [1], text: 'x' })
    const decode = codecOf(schema).decoder(parseAvroJson(record('R')))
    const [one, other] = [decode(Buffer.alloc(0)), decode(Buffer.alloc(0))] as { list: number[] }[]
    one!.list.push(2)
    expect(other).toEqual({ list: [1], text: 'x' })
  })

  test.each([new Map([['a', 1]]), new Date(0), [1], Buffer.of(1), 'text', null])('%p is no map', (value) => {
    expect(() => bytesOf({ type: 'map', values: 'int' }, value)).toThrow('expected map')
  })

  test('take names that would be code, and names of any script', () => {
    const schema = record('Größe', field('ключ', 'int'), field('数', { type: 'enum', name: 'É', symbols: ['ä'] }))
    expect(again(schema, { ключ: 1, 数: 'ä' })).toEqual({ ключ: 1, 数: 'ä' })
  })
})

test('values of any size share slabs, and stay as they are', () => {
  const codec = codecOf('string')
  const decode = codec.decoder()
  const sink = newSink(64)
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200, size: 'max' })), (texts) => {
      const taken = texts.map((text) => {
        codec.encode(text, sink)
        return take(sink)
      })
      expect(taken.map((bytes) => decode(bytes))).toEqual(texts.map((text) => Buffer.from(text).toString()))
    }),
  )
})
