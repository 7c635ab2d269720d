import fc from 'fast-check'
import { reader, writer } from './wire'

const Encoder = require('kafkajs/src/protocol/encoder')

const strings = fc.option(fc.string({ unit: 'binary' }))
const offsets = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-1, 0, 2 ** 32 - 1, 2 ** 32, -(2 ** 32)))

test('what is written is read again', () => {
  const values = fc.record({
    int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
    int32: fc.integer(),
    int64: offsets,
    text: strings,
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(new Uint8Array(4096).fill(7), new Uint8Array(9999).fill(8)),
    ),
    list: fc.array(fc.record({ name: strings, id: fc.integer() }), { maxLength: 200 }),
  })
  fc.assert(
    fc.property(values, fc.nat({ max: 20 }), ({ int16, int32, int64, text, bytes, list }, capacity) => {
      const to = writer(capacity)
      to.int16(int16).int32(int32).int64(int64).string(text).compactString(text).bytes(Buffer.from(bytes))
      to.array(list, ({ name, id }) => to.string(name).int32(id))
      to.compactArray(list, ({ name, id }) => to.compactString(name).int32(id).tags())
        .tags()
        .int8(-7)
      const from = reader(Buffer.concat(to.parts()))
      expect([from.int16(), from.int32(), from.int64()]).toEqual([int16, int32, int64])
      expect([from.string(), from.compactString()]).toEqual([text, text])
      expect(from.bytes()).toEqual(Buffer.from(bytes))
      expect(from.array(() => ({ name: from.string(), id: from.int32() }))).toEqual(list)
      const compact = from.compactArray(() => {
        const item = { name: from.compactString(), id: from.int32() }
        from.tags()
        return item
      })
      expect(compact).toEqual(list)
      from.tags()
      expect(from.int8()).toBe(-7)
    }),
  )
})

test('the bytes are those of kafkajs', () => {
  fc.assert(
    fc.property(fc.integer(), offsets, strings, fc.array(fc.integer()), (int32, int64, text, list) => {
      const to = writer()
      to.int32(int32).int64(int64).string(text)
      to.array(list, (item) => to.int32(item))
      to.compactString(text).bytes(Buffer.from('raw'))
      const encoder = new Encoder().writeInt32(int32).writeInt64(int64).writeString(text)
      encoder.writeArray(list).writeUVarIntString(text).writeBytes(Buffer.from('raw'))
      expect(to.done()).toEqual(encoder.buffer)
    }),
  )
})

test('null is told from empty, and a null array from an empty one on the wire', () => {
  const to = writer()
  to.array(null, () => undefined)
    .array([], () => undefined)
    .string(null)
    .string('')
  expect(to.done()).toEqual(Buffer.from('ffffffff00000000ffff0000', 'hex'))
})

test('tagged fields are skipped, whatever they hold', () => {
  const from = reader(Buffer.from([2, 0, 3, 9, 9, 9, 5, 1, 9, 42]))
  from.tags()
  expect(from.int8()).toBe(42)
})

test('a response that ends too early is refused at the field that is missing', () => {
  const to = writer()
  to.int32(7).string('topic')
  const whole = to.done()
  for (let size = 0; size < whole.length; size++) {
    const from = reader(whole.subarray(0, size))
    const read = () => [from.int32(), from.string()]
    expect(read).toThrow(expect.objectContaining({ code: 'LOG_CORRUPT' }))
  }
})
