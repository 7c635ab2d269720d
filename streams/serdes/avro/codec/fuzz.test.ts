import fc from 'fast-check'
import { parseAvroJson } from '../../../registry/avro/parse'
import { avroCodec } from '.'

const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })

const order = record(
  'Order',
  field('id', 'string'),
  field('total', { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 }),
  field('at', { type: 'long', logicalType: 'timestamp-millis' }),
  field('note', ['null', 'string']),
  field('lines', { type: 'array', items: record('Line', field('count', 'int'), field('price', 'double')) }),
  field('labels', { type: 'map', values: 'boolean' }),
)
const tree = record(
  'Tree',
  field('children', { type: 'array', items: 'Tree' }),
  field('hash', { type: 'fixed', name: 'H', size: 4 }),
)
const odd = [
  'null',
  { type: 'enum', name: 'E', symbols: ['A', 'B'] },
  { type: 'array', items: 'null' },
  { type: 'map', values: { type: 'array', items: record('Empty') } },
]
const types = [order, tree, odd].map(parseAvroJson)
const readers = [...types, parseAvroJson(record('Order', field('id', 'bytes')))]
const values: readonly unknown[] = [
  { id: 'ö-1', total: '45.99', at: 1, note: 'x', lines: [{ count: 1, price: 0.5 }], labels: { a: true } },
  { children: [{ children: [], hash: Buffer.of(1, 2, 3, 4) }], hash: Buffer.alloc(4) },
  { map: { a: [{}, {}] } },
]
const unions = 'wrapped' as const
const wrapped = (index: number) => (index === 0 ? { ...(values[0] as object), note: { string: 'x' } } : values[index])
const encoded = types.map((type, index) => avroCodec(type, { unions }).toBytes(wrapped(index)))

const codes = /^(PAYLOAD_MALFORMED|PAYLOAD_TOO_LARGE|DESERIALIZATION_FAILED)$/

/** All readers of all writers, so that the same bytes are decoded, skipped and resolved. */
const decoders = types.flatMap((writer) => readers.map((reader) => avroCodec(reader, { unions }).decoder(writer)))

function expectValueOrError(bytes: Buffer): void {
  for (const decode of decoders) {
    try {
      decode(bytes)
    } catch (error) {
      expect(error).toMatchObject({ name: 'TerminalError', code: expect.stringMatching(codes) })
    }
  }
}

describe('hostile bytes are a value or an error with a code, nothing else', () => {
  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => expectValueOrError(Buffer.from(bytes))),
      { numRuns: 500 },
    )
  })

  test('values cut short, changed and spliced', () => {
    const damage = fc.record({
      of: fc.nat({ max: encoded.length - 1 }),
      cut: fc.nat(),
      changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      extra: fc.uint8Array({ maxLength: 12 }),
      at: fc.nat(),
    })
    fc.assert(
      fc.property(damage, ({ of, cut, changes, extra, at }) => {
        const whole = encoded[of]!
        const bytes = Buffer.from(whole)
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte
        const place = at % bytes.length
        expectValueOrError(bytes.subarray(0, cut % (bytes.length + 1)))
        expectValueOrError(Buffer.concat([bytes.subarray(0, place), extra, bytes.subarray(place)]))
      }),
      { numRuns: 500 },
    )
  })

  test('counts and lengths of any size, where a count or a length stands', () => {
    const limits = { maxItems: 1_000 }
    const counted = [
      { type: 'array', items: 'null' },
      { type: 'array', items: record('Empty') },
      { type: 'array', items: { type: 'fixed', name: 'Zero', size: 0 } },
      { type: 'array', items: { type: 'array', items: 'null' } },
      { type: 'map', values: 'null' },
      'string',
      'bytes',
      { type: 'bytes', logicalType: 'decimal', precision: 4 },
      { type: 'fixed', name: 'Huge', size: 2 ** 31 - 1 },
    ].map((schema) => avroCodec(parseAvroJson(schema), { limits }).decoder())
    const long = avroCodec<bigint>(parseAvroJson('long'), { long: 'bigint' })
    const counts = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    fc.assert(
      fc.property(fc.oneof(counts, fc.bigInt({ min: -2_000n, max: 2_000n })), fc.uint8Array(), (count, rest) => {
        const bytes = Buffer.concat([long.toBytes(count), Buffer.from(rest)])
        for (const decode of counted) expectFew(() => decode(bytes))
      }),
    )
  })
})

function expectFew(decode: () => unknown): void {
  try {
    const value = decode()
    expect(Array.isArray(value) ? value.length : 0).toBeLessThanOrEqual(1_000)
  } catch (error) {
    expect(error).toMatchObject({ name: 'TerminalError', code: expect.stringMatching(codes) })
  }
}
