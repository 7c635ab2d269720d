import { OutageError, TerminalError } from '../../errors'
import { inMemoryRegistry } from '../../registry/in-memory'
import type { MaybePromise, RegisteredSchema, SchemaRegistry } from '../../registry/port'
import { manualClock } from '../../testing/manual-clock'
import type { SerdeContext } from '../serde'
import { avro } from './avro'

const schema = JSON.stringify({ type: 'record', name: 'test.R', fields: [{ name: 'a', type: 'int' }] })
const older = JSON.stringify({ type: 'record', name: 'test.R', fields: [] })

/** A registry that answers by promise, writes down what it is asked, and can be told to fail. */
function slowRegistry() {
  const local = inMemoryRegistry()
  const asked: number[] = []
  let failure: Error | undefined
  const registry: SchemaRegistry = {
    register: async (subject, text) => {
      if (failure) throw failure
      return local.register(subject, text)
    },
    schemaById: async (id): Promise<RegisteredSchema> => {
      asked.push(id)
      if (failure) throw failure
      return local.schemaById(id)
    },
  }
  return { registry, local, asked, fail: (error?: Error) => (failure = error) }
}

const framed = (id: number, ...payload: readonly number[]) => {
  const bytes = Buffer.from([0, 0, 0, 0, 0, ...payload])
  bytes.writeInt32BE(id, 1)
  return bytes
}

async function opened(more: Partial<SerdeContext> = {}) {
  const clock = manualClock(0)
  const fake = slowRegistry()
  const serde = avro<unknown>(schema).open({ topic: 't', role: 'value', registry: fake.registry, clock, ...more })
  await serde.ready
  return { ...fake, clock, serde }
}

describe('the writers of an Avro serde', () => {
  test('are fetched once per batch, at the same time', async () => {
    const { serde, local, asked } = await opened()
    local.setLevel('NONE')
    const id = local.register(
      'other',
      JSON.stringify({ type: 'record', name: 'test.R', fields: [{ name: 'a', type: 'int', doc: 'x' }] }),
    )
    const batch = [framed(id, 2), framed(1, 4), null, framed(id, 6), framed(9, 0), Buffer.of(7)]
    await serde.prepare?.(batch)
    expect(asked).toEqual([id, 9])
    expect([serde.decode(batch[0]!), serde.decode(batch[1]!)]).toEqual([{ a: 1 }, { a: 2 }])
    expect(serde.prepare?.(batch)).toBeUndefined()
    expect(asked).toEqual([id, 9])
  })

  test('its own schema is never fetched', async () => {
    const { serde, asked } = await opened()
    expect(serde.prepare?.([serde.encode({ a: 1 })])).toBeUndefined()
    expect(asked).toEqual([])
  })

  test('an unknown id is asked for again only after a while', async () => {
    const { serde, local, asked, clock } = await opened()
    const batch = [framed(2)]
    for (let round = 0; round < 5; round++) {
      await serde.prepare?.(batch)
      expect(() => serde.decode(batch[0]!)).toThrow('t (value): no schema has the id 2')
      expect(() => serde.decode(batch[0]!)).toThrow(
        expect.objectContaining({
          name: 'TerminalError',
          code: 'SCHEMA_UNKNOWN',
          details: { topic: 't', role: 'value', schemaId: 2 },
        }),
      )
    }
    expect(asked).toEqual([2])
    local.register(
      'late',
      JSON.stringify({ type: 'record', name: 'test.R', fields: [{ name: 'a', type: 'int', default: 5 }] }),
    )
    clock.advance(59_999)
    expect(serde.prepare?.(batch)).toBeUndefined()
    clock.advance(1)
    await serde.prepare?.([framed(2, 2)])
    expect(serde.decode(framed(2, 2))).toEqual({ a: 1 })
    expect(asked).toEqual([2, 2])
  })

  test('an outage is no fault of a record, and the next attempt asks again', async () => {
    const { serde, local, asked, fail } = await opened()
    const id = local.register('other', older)
    fail(new OutageError('REGISTRY_UNAVAILABLE', 'down'))
    await expect(serde.prepare?.([framed(id)])).rejects.toMatchObject({
      name: 'OutageError',
      code: 'REGISTRY_UNAVAILABLE',
    })
    expect(() => serde.decode(framed(id))).toThrow(expect.objectContaining({ name: 'OutageError' }))
    fail()
    await serde.prepare?.([framed(id)])
    // The reader wants a field that this writer did not have.
    expect(() => serde.decode(framed(id))).toThrow(expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }))
    expect(asked).toEqual([id, id, id])
  })

  test('a registry in this process needs no preparation', () => {
    const registry = inMemoryRegistry()
    registry.setLevel('NONE')
    const where: SerdeContext = { topic: 't', role: 'value', registry }
    const bytes = avro<unknown>(
      JSON.stringify({ type: 'record', name: 'test.R', fields: [{ name: 'a', type: 'int', doc: 'x' }] }),
    )
      .open(where)
      .encode({ a: 3 })
    const serde = avro<unknown>(schema).open(where)
    expect(serde.ready).toBeUndefined()
    expect(serde.decode(bytes)).toEqual({ a: 3 })
    expect(() => serde.decode(framed(77))).toThrow(expect.objectContaining({ code: 'SCHEMA_UNKNOWN' }))
  })

  test('a schema of another kind cannot be read', async () => {
    const registry: SchemaRegistry = {
      register: () => 1,
      schemaById: (id): MaybePromise<RegisteredSchema> => ({ id, type: 'PROTOBUF', schema: 'syntax = "proto3";' }),
    }
    const { serde } = await opened({ registry })
    await serde.prepare?.([framed(2)])
    expect(() => serde.decode(framed(2))).toThrow('it is a schema of type PROTOBUF, not Avro')
  })
})

describe('opening an Avro serde', () => {
  test.each([
    ['topicName', 't-value'],
    ['recordName', 'test.R'],
    ['topicRecordName', 't-test.R'],
  ] as const)('registers under the subject of %s', (subject, expected) => {
    const registry = inMemoryRegistry()
    const { id } = { id: 1 }
    const bytes = avro<unknown>(schema, { subject }).open({ topic: 't', role: 'value', registry }).encode({ a: 1 })
    expect(registry.subjects()).toEqual([expected])
    expect(bytes?.readInt32BE(1)).toBe(id)
    expect(registry.schemaById(id).schema).toBe(schema)
  })

  test('keys have a subject of their own', () => {
    const registry = inMemoryRegistry()
    avro<unknown>(schema).open({ topic: 't', role: 'key', registry })
    expect(registry.subjects()).toEqual(['t-key'])
  })

  test('a strategy that wants a name refuses a schema without one', () => {
    const open = () =>
      avro<unknown>('"int"', { subject: 'recordName' }).open({
        topic: 't',
        role: 'value',
        registry: inMemoryRegistry(),
      })
    expect(open).toThrow('a schema of kind int has none')
  })

  test('without a registry says so', () => {
    expect(() => avro<unknown>(schema).open({ topic: 't', role: 'value' })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    )
  })

  test('nothing is written before the id is known', async () => {
    const { registry } = slowRegistry()
    const serde = avro<unknown>(schema).open({ topic: 't', role: 'value', registry })
    expect(() => serde.encode({ a: 1 })).toThrow(expect.objectContaining({ name: 'OutageError' }))
    await serde.ready
    expect(serde.encode({ a: 1 })).toEqual(framed(1, 2))
  })

  test('what the registry says against it comes out of ready', async () => {
    const { registry, fail } = slowRegistry()
    fail(new TerminalError('SCHEMA_INCOMPATIBLE', 'no'))
    await expect(avro<unknown>(schema).open({ topic: 't', role: 'value', registry }).ready).rejects.toMatchObject({
      code: 'SCHEMA_INCOMPATIBLE',
    })
  })

  test.each([
    ['{', 'not JSON'],
    ['"nothing"', 'the name nothing is not defined'],
    ['{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"x"}]}', 'the default of R.a'],
  ])('the text %s is no schema, which the declaration says', (text, why) => {
    expect(() => avro(text)).toThrow(why)
    expect(() => avro(text)).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }))
  })

  test('the name stays when the schema evolves', () => {
    const a = { type: 'record', name: 'ns.A', fields: [] }
    expect(avro(schema).name).toBe('avro:test.R')
    expect(avro(JSON.stringify([a])).name).toBe('avro:ns')
    expect(avro(JSON.stringify([a, { ...a, name: 'ns.B' }])).name).toBe('avro:ns')
    expect(avro('["null","int"]').name).toBe('avro:union')
    expect(avro('"long"').name).toBe('avro:long')
  })
})
