import { inspect } from 'node:util'
import fc from 'fast-check'
import { inMemoryRegistry } from '../../registry/in-memory'
import { serdeContract } from '../../testing/contracts/serde'
import { nullable } from '../nullable'
import type { OpenSerde, SerdeContext } from '../serde'
import { type AvroOptions, avro } from './avro'

const money = { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 }
const symbol = (name: string) => ({ type: 'enum', name: `${name}Type`, symbols: [name] })

/** Of every kind once, and a union of records told apart by `eventType`. */
const opened = {
  type: 'record',
  name: 'Opened',
  namespace: 'test.events',
  fields: [
    { name: 'eventType', type: symbol('Opened') },
    { name: 'id', type: { type: 'string', logicalType: 'uuid' } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'day', type: { type: 'int', logicalType: 'date' } },
    { name: 'total', type: money },
    { name: 'version', type: 'int' },
    { name: 'count', type: 'long' },
    { name: 'ratio', type: 'double' },
    { name: 'open', type: 'boolean' },
    { name: 'raw', type: 'bytes' },
    { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 4 } },
    { name: 'size', type: { type: 'enum', name: 'Size', symbols: ['S', 'M', 'L'] } },
    { name: 'note', type: ['null', 'string'], default: null },
    { name: 'labels', type: { type: 'map', values: 'string' } },
    {
      name: 'items',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'Item',
          fields: [
            { name: 'name', type: 'string' },
            { name: 'price', type: money },
          ],
        },
      },
    },
  ],
}
const closed = {
  type: 'record',
  name: 'Closed',
  namespace: 'test.events',
  fields: [
    { name: 'eventType', type: symbol('Closed') },
    { name: 'reason', type: ['null', 'string'], default: null },
    { name: 'next', type: ['null', 'Closed'], default: null },
  ],
}
const events = JSON.stringify([opened, closed])

const amounts = fc.bigInt({ min: -999_999_999_999n, max: 999_999_999_999n }).map((cents) => {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0')
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
})
const openedValues = fc.record({
  eventType: fc.constant('Opened'),
  id: fc.uuid(),
  at: fc.maxSafeInteger(),
  day: fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  total: amounts,
  version: fc.integer(),
  count: fc.maxSafeInteger(),
  ratio: fc.double(),
  open: fc.boolean(),
  raw: fc.uint8Array().map((array) => Buffer.from(array)),
  hash: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((array) => Buffer.from(array)),
  size: fc.constantFrom('S', 'M', 'L'),
  note: fc.option(fc.string({ unit: 'binary' })),
  labels: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
  items: fc.array(fc.record({ name: fc.string(), price: amounts })),
})
const { closedValues } = fc.letrec((tie) => ({
  closedValues: fc.record({
    eventType: fc.constant('Closed'),
    reason: fc.option(fc.string()),
    next: fc.option(tie('closedValues'), { depthSize: 'small' }),
  }),
}))
const eventValues: fc.Arbitrary<unknown> = fc.oneof(openedValues, closedValues)
const valid = { eventType: 'Closed', reason: 'late', next: null }

/** The bytes of a hexadecimal text behind the header of schema 1. */
const framed = (hex: string) => Buffer.from(`0000000001${hex.replaceAll(' ', '')}`, 'hex')

serdeContract<unknown>('avro', {
  serde: avro(events),
  values: eventValues,
  foreign: {
    'no bytes': Buffer.alloc(0),
    'half a header': Buffer.from('000000', 'hex'),
    'a wrong magic byte': Buffer.from('0100000001020000', 'hex'),
    'a branch too many': framed('04'),
    truncated: framed('02 00 02 08 61'),
    'trailing bytes': framed('02 00 00 00 00'),
  },
  refused: {
    'a value of no branch': { eventType: 'Reopened' },
    'a value without its fields': { eventType: 'Opened' },
    'no object': 'Closed',
  },
})

serdeContract<unknown>('nullable(avro)', {
  serde: nullable(avro<unknown>(events)),
  values: eventValues,
  foreign: { truncated: framed('02 00 02 08 61') },
  refused: {},
})

const open = (schema: unknown, options?: AvroOptions, context: Partial<SerdeContext> = {}): OpenSerde<unknown> => {
  const where: SerdeContext = { topic: 't', role: 'value', registry: inMemoryRegistry(), ...context }
  return avro<unknown>(JSON.stringify(schema), options).open(where)
}
const record = (...fields: readonly object[]) => ({ type: 'record', name: 'R', fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })

describe('the values of Avro', () => {
  test('decoded records are plain objects', () => {
    const serde = open([opened, closed])
    const decoded = serde.decode(serde.encode(valid))
    expect(decoded).toStrictEqual(valid)
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
  })

  test('maps keep the key __proto__', () => {
    const serde = open({ type: 'map', values: 'int' })
    const map = JSON.parse('{"__proto__":1,"a":2}')
    const decoded = serde.decode(serde.encode(map)) as object
    expect(Object.entries(decoded)).toEqual([
      ['__proto__', 1],
      ['a', 2],
    ])
  })

  test.each([
    0,
    -1,
    2 ** 30,
    -(2 ** 30) - 1,
    2 ** 31,
    -(2 ** 52) - 1,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ])('the long %d is exact, bare and with a logical type', (value) => {
    for (const type of ['long', { type: 'long' }, { type: 'long', logicalType: 'timestamp-micros' }]) {
      const serde = open(type)
      expect(serde.decode(serde.encode(value))).toBe(value)
    }
  })

  test('a long is the zigzag varint of its 64-bit value', () => {
    const serde = open('long')
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        let zigzag = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
        const expected: number[] = []
        for (; zigzag > 0x7fn; zigzag >>= 7n) expected.push(Number(zigzag & 0x7fn) | 0x80)
        expected.push(Number(zigzag))
        expect([...serde.encode(value)!.subarray(5)]).toEqual(expected)
      }),
    )
  })

  test.each([2 ** 53, -(2 ** 53), 1.5, Number.NaN, '1', 1n])('the long %p is refused', (value) => {
    expect(() => open('long').encode(value)).toThrow(/expected long/)
  })

  test('a long beyond 2^53 on the wire is refused, not rounded', () => {
    // 2^53 and -2^53, as zigzag varints.
    for (const hex of ['80 80 80 80 80 80 80 20', 'ff ff ff ff ff ff ff 1f']) {
      expect(() => open('long').decode(framed(hex))).toThrow('a long beyond 2^53 would not be exact')
    }
  })

  test.each([
    ['45.99', '45.99', '11f7'],
    ['45.9', '45.90', '11ee'],
    ['45', '45.00', '1194'],
    ['045.990', '45.99', '11f7'],
    ['-0.01', '-0.01', 'ff'],
    ['-0', '0.00', '00'],
    ['0.00', '0.00', '00'],
    ['1.27', '1.27', '7f'],
    ['1.28', '1.28', '0080'],
    ['-1.28', '-1.28', '80'],
    ['-1.29', '-1.29', 'ff7f'],
    ['9999999999.99', '9999999999.99', '00e8d4a50fff'],
    ['-9999999999.99', '-9999999999.99', 'ff172b5af001'],
  ])('the decimal %s is read back as %s', (text, canonical, hex) => {
    const serde = open(money)
    const bytes = serde.encode(text)!
    expect(bytes.subarray(6).toString('hex')).toBe(hex)
    expect(serde.decode(bytes)).toBe(canonical)
  })

  test.each([
    ['45.999', 'has more than 2 digits after the point'],
    ['12345678901.00', 'has more than 12 digits'],
    ['1e3', 'expected a decimal as text'],
    ['1.', 'expected a decimal as text'],
    ['.5', 'expected a decimal as text'],
    ['-', 'expected a decimal as text'],
    ['', 'expected a decimal as text'],
    ['+1', 'expected a decimal as text'],
    ['1.2.3', 'expected a decimal as text'],
    [45.99, 'expected a decimal as text'],
  ])('the decimal %p is refused: %s', (value, why) => {
    expect(() => open(record(field('total', money))).encode({ total: value })).toThrow(`t (value): total: ${why}`)
  })

  test('decimals of any width are exact', () => {
    const serde = open({ type: 'bytes', logicalType: 'decimal', precision: 60, scale: 0 })
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 59n), max: 10n ** 59n }), (value) => {
        expect(serde.decode(serde.encode(String(value)))).toBe(String(value))
      }),
    )
  })

  test('decimals and UUIDs in fixed have its size', () => {
    const decimal = open({ type: 'fixed', name: 'D', size: 8, logicalType: 'decimal', precision: 18, scale: 3 })
    expect(decimal.encode('-1.5')!.subarray(5).toString('hex')).toBe('fffffffffffffa24')
    expect(decimal.decode(decimal.encode('-1.5'))).toBe('-1.500')
    const uuid = open({ type: 'fixed', name: 'U', size: 16, logicalType: 'uuid' })
    const text = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
    expect(uuid.encode(text)!.subarray(5).toString('hex')).toBe(text.replaceAll('-', ''))
    expect(uuid.decode(uuid.encode(text))).toBe(text)
  })

  test.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2024-02-29', 19_782],
    ['0000-03-01', -719_468],
    ['-0001-12-31', -719_529],
    ['+10000-01-01', 2_932_897],
    ['+5881580-07-11', 2 ** 31 - 1],
    ['-5877641-06-23', -(2 ** 31)],
  ])('the day %s is the int %d', (text, days) => {
    const serde = open({ type: 'int', logicalType: 'date' })
    expect(serde.encode(text)!.subarray(5)).toEqual(open('int').encode(days)!.subarray(5))
    expect(serde.decode(serde.encode(text))).toBe(text)
  })

  test.each(['2023-02-29', '2024-13-01', '2024-1-1', '2024-01-01T00:00:00Z', '+5881580-07-12', 0])(
    '%p is no day',
    (value) => {
      expect(() => open({ type: 'int', logicalType: 'date' }).encode(value)).toThrow('expected a day')
    },
  )

  test('a logical type that does not fit leaves the type under it', () => {
    const serde = open({ type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 })
    expect(serde.decode(serde.encode(Buffer.of(1)))).toEqual(Buffer.of(1))
  })

  test('an error names the path and not the value', () => {
    const serde = open([opened, closed])
    const item = { name: 'secret', price: '1.234' }
    const value = fc.sample(openedValues, 1)[0]!
    expect(() => serde.encode({ ...value, items: [item] })).toThrow(
      't (value): items[0].price: has more than 2 digits after the point',
    )
    expect(() => serde.encode({ ...value, version: 'secret' })).toThrow(
      't (value): version: expected int, got another string',
    )
    expect(() => serde.encode({ ...value, size: 'secret' })).toThrow(
      'size: expected test.events.Size, got another string',
    )
    expect(() => serde.encode({ ...value, note: 7 })).toThrow('note: expected string, got another number')
    expect(() => serde.encode({ eventType: 'secret' })).toThrow(
      'expected one of test.events.Opened, test.events.Closed, got another object',
    )
  })

  test('an error carries no value in its causes either', () => {
    const serde = open([opened, closed])
    try {
      serde.encode({ ...valid, reason: ['secret'] })
      throw new Error('it was taken')
    } catch (error) {
      expect(inspect(error, { depth: 10 })).toContain('reason: expected string, got an array')
      expect(inspect(error, { depth: 10 })).not.toContain('secret')
    }
  })

  test('a value that contains itself is refused', () => {
    const value: { next: unknown } = { ...valid, next: null }
    value.next = value
    expect(() => open([opened, closed]).encode(value)).toThrow(
      expect.objectContaining({ code: 'SERIALIZATION_FAILED' }),
    )
  })
})
