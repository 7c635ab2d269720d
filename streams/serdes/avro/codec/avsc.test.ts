/** Where avsc is right, its bytes are ours and its values are ours. */
import { Type } from 'avsc'
import fc from 'fast-check'
import { parseAvroJson } from '../../../registry/avro/parse'
import { avroCodec } from '.'

const line = {
  type: 'record',
  name: 'Line',
  fields: [
    { name: 'count', type: 'int' },
    { name: 'price', type: 'double' },
    { name: 'part', type: ['null', 'Line'] },
  ],
}
const schema = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'at', type: 'long' },
    { name: 'rate', type: 'float' },
    { name: 'open', type: 'boolean' },
    { name: 'raw', type: 'bytes' },
    { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 3 } },
    { name: 'size', type: { type: 'enum', name: 'Size', symbols: ['S', 'M', 'L'] } },
    { name: 'lines', type: { type: 'array', items: line } },
    { name: 'labels', type: { type: 'map', values: ['null', 'string', 'long'] } },
  ],
}

/** Beyond 2^52, avsc loses the sign. */
const safeForAvsc = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
const buffers = (length: { minLength: number; maxLength: number }) =>
  fc.uint8Array(length).map((bytes) => Buffer.from(bytes))
const { lines } = fc.letrec((tie) => ({
  lines: fc.record({
    count: fc.integer(),
    price: fc.double(),
    part: fc.option(
      tie('lines').map((inner) => ({ 'shop.Line': inner })),
      { depthSize: 'small' },
    ),
  }),
}))
const orders = fc.record({
  id: fc.string({ unit: 'grapheme' }),
  at: safeForAvsc,
  rate: fc.float(),
  open: fc.boolean(),
  raw: buffers({ minLength: 0, maxLength: 300 }),
  hash: buffers({ minLength: 3, maxLength: 3 }),
  size: fc.constantFrom('S', 'M', 'L'),
  lines: fc.array(lines),
  labels: fc.dictionary(
    fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
    fc.oneof(fc.constant(null), fc.record({ string: fc.string() }), fc.record({ long: safeForAvsc })),
    { noNullPrototype: true },
  ),
})

test('the same bytes for the same values', () => {
  const plain = Type.forSchema(schema as never, { wrapUnions: true })
  const codec = avroCodec<unknown>(parseAvroJson(schema), { unions: 'wrapped' })
  const decode = codec.decoder()
  fc.assert(
    fc.property(orders, (order) => {
      const bytes = plain.toBuffer(order)
      expect(codec.toBytes(order).equals(bytes)).toBe(true)
      expect(decode(bytes)).toEqual(order)
    }),
    { numRuns: 1_000 },
  )
})
