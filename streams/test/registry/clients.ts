// Not by the package's index, which brings the clients of every cloud's key management along.
import {
  type Client,
  Compatibility,
  SchemaRegistryClient,
} from '@confluentinc/schemaregistry/dist/schemaregistry-client'
import { AvroDeserializer, AvroSerializer } from '@confluentinc/schemaregistry/dist/serde/avro'
import { SerdeType } from '@confluentinc/schemaregistry/dist/serde/serde'
import { SchemaRegistry as KafkajsRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { asking, newSubject, recordOf, required, x, y } from './asking'

/** The clients that people have. */
export function clientSuite(url: () => string): void {
  beforeAll(() => asking(url)('PUT', '/config', { compatibility: 'BACKWARD' }))

  describe('@kafkajs/confluent-schema-registry', () => {
    const connect = () => new KafkajsRegistry({ host: url() })

    test('registers, encodes and decodes Avro', async () => {
      const [client, subject] = [connect(), newSubject()]
      const { id } = await client.register({ type: SchemaType.AVRO, schema: recordOf(subject, x) }, { subject })
      expect(await connect().decode(await client.encode(id, { x: 7 }))).toEqual({ x: 7 })
      expect(await connect().getLatestSchemaId(subject)).toBe(id)
      expect(await connect().getRegistryId(subject, 1)).toBe(id)
      const schema = { type: SchemaType.AVRO, schema: recordOf(subject, x) } as const
      expect(await connect().getRegistryIdBySchema(subject, schema)).toBe(id)
      const grown = { type: SchemaType.AVRO, schema: recordOf(subject, x, y) } as const
      const { id: later } = await client.register(grown, { subject })
      const bytes = await client.encode(later, { x: 1, y: 2 })
      const readerSchema = JSON.parse(recordOf(subject, x))
      expect(await connect().decode(bytes, { [SchemaType.AVRO]: { readerSchema } })).toEqual({ x: 1 })
      await expect(
        client.register({ type: SchemaType.AVRO, schema: recordOf(subject, required) }, { subject }),
      ).rejects.toMatchObject({ status: 409 })
    })

    test('registers a schema that refers to another', async () => {
      const [client, subject, user] = [connect(), newSubject(), newSubject()]
      const name = `shapes.${JSON.parse(recordOf(subject)).name}`
      await client.register({ type: SchemaType.AVRO, schema: recordOf(subject, x) }, { subject })
      const { id } = await client.register(
        {
          type: SchemaType.AVRO,
          schema: recordOf(user, { name: 'shape', type: name }),
          references: [{ name, subject, version: 1 }],
        },
        { subject: user },
      )
      expect(await connect().decode(await client.encode(id, { shape: { x: 3 } }))).toEqual({ shape: { x: 3 } })
    })

    test.each<[SchemaType, string]>([
      [SchemaType.JSON, '{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"]}'],
      [SchemaType.PROTOBUF, 'syntax = "proto3"; message Point { int32 x = 1; }'],
    ])('registers, encodes and decodes %s', async (type, schema) => {
      const [client, subject] = [connect(), newSubject()]
      const { id } = await client.register({ type, schema } as never, { subject })
      expect(await connect().decode(await client.encode(id, { x: 7 }))).toEqual({ x: 7 })
    })
  })

  describe('@confluentinc/schemaregistry', () => {
    const connect = (): Client =>
      SchemaRegistryClient.newClient({ baseURLs: [url()], createAxiosDefaults: { timeout: ANSWER_WITHIN_MS } })

    test('registers and finds', async () => {
      const [client, subject] = [connect(), newSubject()]
      const schema = { schema: recordOf(subject, x), schemaType: 'AVRO' }
      const id = await client.register(subject, schema, false)
      expect(await connect().register(subject, schema, true)).toBe(id)
      expect((await connect().getBySubjectAndId(subject, id)).schema).toBe(schema.schema)
      expect(await connect().getId(subject, schema, false)).toBe(id)
      expect(await connect().getVersion(subject, schema, false, false)).toBe(1)
      expect(await connect().getLatestSchemaMetadata(subject)).toMatchObject({ id, version: 1 })
      expect(await connect().getSchemaMetadata(subject, 1, false)).toMatchObject({ id, subject })
      expect(await connect().getAllVersions(subject)).toEqual([1])
      expect(await connect().getAllSubjects()).toContain(subject)
    })

    test('asks whether schemas are compatible, and sets levels', async () => {
      const [client, subject] = [connect(), newSubject()]
      await client.register(subject, { schema: recordOf(subject, x) }, false)
      const breaking = { schema: recordOf(subject, required) }
      expect(await client.testSubjectCompatibility(subject, { schema: recordOf(subject, x, y) })).toBe(true)
      expect(await client.testSubjectCompatibility(subject, breaking)).toBe(false)
      expect(await client.testCompatibility(subject, 1, breaking)).toBe(false)
      await expect(connect().register(subject, breaking, false)).rejects.toMatchObject({ status: 409 })
      expect(await client.updateCompatibility(subject, Compatibility.NONE)).toBe('NONE')
      expect(await connect().getCompatibility(subject)).toBe('NONE')
      expect(await connect().register(subject, breaking, false)).toEqual(expect.any(Number))
      expect(await client.updateDefaultCompatibility(Compatibility.BACKWARD)).toBe('BACKWARD')
      expect(await client.getDefaultCompatibility()).toBe('BACKWARD')
    })

    test('deletes versions and subjects', async () => {
      const [client, subject] = [connect(), newSubject()]
      const first = { schema: recordOf(subject, x) }
      await client.register(subject, first, false)
      await client.register(subject, { schema: recordOf(subject, x, y) }, false)
      expect(await client.deleteSubjectVersion(subject, 1, false)).toBe(1)
      expect(await client.getAllVersions(subject)).toEqual([2])
      expect(await connect().getSchemaMetadata(subject, 1, true)).toMatchObject({ version: 1 })
      // Apicurio counts those that are deleted already.
      expect(await client.deleteSubject(subject, false)).toContain(2)
      expect([...(await client.deleteSubject(subject, true))].sort()).toEqual([1, 2])
      await expect(connect().getLatestSchemaMetadata(subject)).rejects.toMatchObject({ status: 404 })
    })

    const roundTrip = async () => {
      const topic = newSubject()
      const client = connect()
      await client.register(`${topic}-value`, { schema: recordOf(topic, x, y), schemaType: 'AVRO' }, false)
      const serializer = new AvroSerializer(client, SerdeType.VALUE, { useLatestVersion: true })
      const bytes = await serializer.serialize(topic, { x: 4, y: 5 })
      const deserializer = new AvroDeserializer(connect(), SerdeType.VALUE, {})
      expect({ ...(await deserializer.deserialize(topic, bytes)) }).toEqual({ x: 4, y: 5 })
    }
    test('serializes and deserializes', () => onceMore(roundTrip))
  })
}

const ANSWER_WITHIN_MS = 5_000

/** On a busy machine Apicurio leaves a question of this client without an answer now and then, for ever. */
async function onceMore<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!isWithoutAnswer(error)) throw error
    return ask()
  }
}

function isWithoutAnswer(error: unknown): boolean {
  const { code, cause } = error as { readonly code?: string; readonly cause?: unknown }
  return code === 'ECONNABORTED' || /timeout of \d+ms/.test(String(error)) || (cause != null && isWithoutAnswer(cause))
}
