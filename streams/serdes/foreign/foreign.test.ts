import { inMemoryRegistry } from '../../registry/in-memory'
import type { LocalRegistry } from '../../registry/local'
import type { OpenSerde, Serde } from '../serde'
import { jsonSchema, protobuf } from './foreign'

const click = JSON.stringify({
  type: 'object',
  properties: { page: { type: 'string' }, at: { type: 'integer' } },
  required: ['page'],
})
const order = `syntax = "proto3"; package shop;
enum Status { OPEN = 0; PAID = 1; }
message Order { // the first message
  string id = 1; int64 cents = 2; Status status = 3; repeated Line lines = 4; map<string, int64> points = 5; bytes raw = 6;
  message Line { string name = 1; sint32 count = 2; }
}
message Refund { string orderId = 1; }`

let registry: LocalRegistry
beforeEach(() => {
  registry = inMemoryRegistry()
})
const open = <T>(serde: Serde<T>): OpenSerde<T> => serde.open({ topic: 't', role: 'value', registry })
const header = (id: number) => Buffer.of(0, 0, 0, 0, id)

describe('jsonSchema', () => {
  test('writes what its schema allows, behind the id of the schema', () => {
    const serde = open(jsonSchema<{ page: string; at?: number }>(click))
    const bytes = serde.encode({ page: '/', at: 1 })
    expect(bytes).toEqual(Buffer.concat([header(1), Buffer.from('{"page":"/","at":1}')]))
    expect(serde.decode(bytes)).toEqual({ page: '/', at: 1 })
    expect(registry.versions('t-value')).toMatchObject([{ type: 'JSON', schema: click }])
  })

  test.each([
    ['what it does not allow', { at: 1 }, 'SERIALIZATION_FAILED'],
    ['a wrong type', { page: '/', at: 'x' }, 'SERIALIZATION_FAILED'],
  ])('refuses to write %s', (_, value, code) => {
    expect(() => open(jsonSchema<object>(click)).encode(value)).toThrow(expect.objectContaining({ code }))
  })

  test.each([
    ['no JSON', '{'],
    ['what the schema does not allow', '{"at":1}'],
  ])('refuses to read %s', (_, text) => {
    const serde = open(jsonSchema(click))
    expect(() => serde.decode(Buffer.concat([header(1), Buffer.from(text)]))).toThrow(
      expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }),
    )
  })

  test('reads what another version wrote by that version', () => {
    registry.setLevel('NONE')
    const older = open(jsonSchema<object>('{"type":"object"}'))
    const bytes = older.encode({ anything: true })
    expect(open(jsonSchema(click)).decode(bytes)).toEqual({ anything: true })
  })

  test('reads nothing that is of another kind, or too long', () => {
    const serde = open(jsonSchema(click, { maxBytes: 30 }))
    registry.register('other', '"int"')
    expect(() => serde.decode(Buffer.concat([header(2), Buffer.of(2)]))).toThrow(
      'it is a schema of type AVRO, not JSON',
    )
    expect(() => serde.decode(Buffer.concat([header(1), Buffer.alloc(100)]))).toThrow(
      expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE', message: 't (value): 105 bytes, more than maxBytes 30' }),
    )
    expect(() => serde.decode(header(9))).toThrow(expect.objectContaining({ code: 'SCHEMA_UNKNOWN' }))
    expect(() => serde.decode(null)).toThrow(expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }))
  })

  test('is refused at once where the text is no schema', () => {
    expect(() => jsonSchema('{"type":"nonsense"}')).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }))
  })
})

test('a JSON schema may refer to another subject', () => {
  registry.register('money', '{"$id":"money.json","type":"object","required":["cents"]}', { type: 'JSON' })
  const references = [{ name: 'money.json', subject: 'money', version: 1 }]
  const bill = '{"type":"object","properties":{"sum":{"$ref":"money.json"}}}'
  const id = registry.register('bill', bill, { type: 'JSON', references })
  const serde = open(jsonSchema(click))
  const read = (text: string) => serde.decode(Buffer.concat([header(id), Buffer.from(text)]))
  expect(read('{"sum":{"cents":1}}')).toEqual({ sum: { cents: 1 } })
  expect(() => read('{"sum":{}}')).toThrow(expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }))
})

describe('protobuf', () => {
  const value = {
    id: 'o-1',
    cents: '9007199254740993',
    status: 'PAID',
    lines: [{ name: 'Ramen', count: -2 }],
    points: { a: '5' },
    raw: Buffer.of(0, 1),
  }

  test('gives messages back as they were, longs exact', () => {
    const serde = open(protobuf<typeof value>(order))
    const bytes = serde.encode(value)
    expect(bytes!.subarray(0, 6)).toEqual(Buffer.concat([header(1), Buffer.of(0)]))
    expect(serde.decode(bytes)).toEqual(value)
  })

  test('knows the types that come with Protobuf', () => {
    const event = `syntax = "proto3"; import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
      message Event { google.protobuf.Timestamp at = 1; google.protobuf.StringValue note = 2; }`
    const serde = open(protobuf<object>(event))
    const given = { at: { seconds: '1700000000', nanos: 5 }, note: { value: 'x' } }
    expect(serde.decode(serde.encode(given))).toEqual(given)
  })

  test('reads what a schema imports from another subject', () => {
    registry.register('money', 'syntax = "proto3"; package shop; message Money { int64 cents = 1; }', {
      type: 'PROTOBUF',
    })
    const bill = 'syntax = "proto3"; package shop; import "money.proto"; message Bill { Money sum = 1; }'
    const references = [{ name: 'money.proto', subject: 'money', version: 1 }]
    const id = registry.register('bill', bill, { type: 'PROTOBUF', references })
    const bytes = Buffer.concat([header(id), Buffer.of(0, 10, 2, 8, 7)])
    expect(open(protobuf('syntax = "proto3"; message Any { string a = 1; }')).decode(bytes)).toEqual({
      sum: { cents: '7' },
    })
  })

  test('an empty message is one', () => {
    const serde = open(protobuf<object>(order))
    expect(serde.encode({})).toEqual(Buffer.concat([header(1), Buffer.of(0)]))
    expect(serde.decode(serde.encode({}))).toMatchObject({ id: '', cents: '0', lines: [], status: 'OPEN' })
  })

  test('reads any message of a schema, by the place of its declaration', () => {
    const serde = open(protobuf(order))
    const refund = Buffer.concat([header(1), Buffer.of(2, 2), Buffer.from('\n\x03o-1')])
    expect(serde.decode(refund)).toEqual({ orderId: 'o-1' })
    const line = Buffer.concat([header(1), Buffer.of(4, 0, 0), Buffer.from('\n\x05Ramen')])
    expect(serde.decode(line)).toEqual({ name: 'Ramen', count: 0 })
  })

  test.each([
    ['no index', []],
    ['an index of no message', [2, 20]],
    ['an endless index', [255, 255, 255, 255, 255, 255]],
    ['a long index', [200, 1, 0]],
    ['a message cut short', [0, 10, 200]],
    ['a wrong field', [0, 15]],
  ])('refuses to read %s', (_, bytes) => {
    const serde = open(protobuf(order))
    expect(() => serde.decode(Buffer.concat([header(1), Buffer.from(bytes)]))).toThrow(
      expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }),
    )
  })

  test.each<[string, object, string]>([
    ['text for a number', { lines: [{ count: 'x' }] }, 'count'],
    ['a long that is not exact', { cents: 2 ** 60 }, 'cents: beyond 2^53'],
    ['a field that is not there', { other: 1 }, 'other: there is no such field'],
    ['a value that the enum lacks', { status: 'LOST' }, 'status: LOST'],
    ['text that is no long', { cents: 'x' }, 'cents'],
  ])('refuses to write %s', (_, given, message) => {
    expect(() => open(protobuf<object>(order)).encode(given)).toThrow(message)
  })
})
