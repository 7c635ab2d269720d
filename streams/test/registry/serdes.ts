import { remoteRegistry } from '../../registry/remote'
import type { OpenSerde, Serde } from '../../serdes'
import { avro, jsonSchema, protobuf } from '../../serdes'
import { avroSchema } from '../../serdes/avro/schema'
import { asking, newSubject, recordOf, x, y } from './asking'

/** Our own client and serdes. */
export function serdeSuite(url: () => string): void {
  beforeAll(() => asking(url)('PUT', '/config', { compatibility: 'BACKWARD' }))
  const opened = async <T>(serde: Serde<T>, topic: string): Promise<OpenSerde<T>> => {
    const open = serde.open({ topic, role: 'value', registry: remoteRegistry({ url: url() }) })
    await open.ready
    return open
  }
  const read = async <T>(serde: OpenSerde<T>, bytes: Buffer | null): Promise<T> => {
    await serde.prepare?.([bytes])
    return serde.decode(bytes)
  }

  test('a consumer of one version reads those before and after it', async () => {
    const topic = newSubject()
    const versions = [recordOf(topic, x), recordOf(topic, x, y), recordOf(topic, x, y, { ...y, name: 'w' })]
    const serdes: OpenSerde<object>[] = []
    for (const version of versions) serdes.push(await opened(avro(avroSchema<object>(version)), topic))
    const bytes = [{ x: 1 }, { x: 2, y: 20 }, { x: 3, y: 30, w: 300 }].map((value, at) => serdes[at]!.encode(value))
    const reader = await opened(avro(avroSchema<object>(versions[1]!)), topic)
    expect([await read(reader, bytes[0]!), await read(reader, bytes[1]!), await read(reader, bytes[2]!)]).toEqual([
      { x: 1, y: 0 },
      { x: 2, y: 20 },
      { x: 3, y: 30 },
    ])
  })

  test('what was written with a schema that refers to others can be read', async () => {
    const [subject, topic] = [newSubject(), newSubject()]
    const name = `shapes.${JSON.parse(recordOf(subject)).name}`
    const registry = remoteRegistry({ url: url() })
    await registry.register(subject, recordOf(subject, x))
    const schema = recordOf(topic, { name: 'shape', type: name })
    const references = [{ name, subject, version: 1 }]
    const id = await registry.register(`${topic}-value`, schema, { references })
    const inner = JSON.parse(recordOf(subject, x))
    const reader = await opened(avro(avroSchema<object>(recordOf(topic, { name: 'shape', type: inner }))), newSubject())
    const bytes = Buffer.concat([Buffer.of(0), Buffer.alloc(4), Buffer.of(14)])
    bytes.writeInt32BE(id, 1)
    expect(await read(reader, bytes)).toEqual({ shape: { x: 7 } })
  })

  test('an unknown id is the fault of its record', async () => {
    const topic = newSubject()
    const reader = await opened(avro(avroSchema<object>(recordOf(topic, x))), topic)
    const bytes = Buffer.of(0, 0, 7, 0, 0, 2)
    await reader.prepare?.([bytes])
    expect(() => reader.decode(bytes)).toThrow(expect.objectContaining({ code: 'SCHEMA_UNKNOWN' }))
  })

  test('JSON Schema and Protobuf', async () => {
    const json = await opened(
      jsonSchema<object>('{"type":"object","properties":{"x":{"type":"integer"}}}'),
      newSubject(),
    )
    expect(await read(json, json.encode({ x: 1 }))).toEqual({ x: 1 })
    const proto = await opened(protobuf<object>('syntax = "proto3"; message P { int64 x = 1; }'), newSubject())
    expect(await read(proto, proto.encode({ x: '9007199254740993' }))).toEqual({ x: '9007199254740993' })
  })
}
