import { inMemoryRegistry } from '../../registry'
import { topic } from '../../topics'
import { avro } from '../avro/avro'
import { avroSchema } from '../avro/schema'
import { string } from '../string'
import { upcast } from './chain'
import { checkHistory, missingWays } from './history'

interface SentV1 {
  readonly type: 'ParcelSent'
  readonly kilograms: number
}
interface SentV2 {
  readonly type: 'ParcelSent'
  readonly grams: number
}
interface Sent {
  readonly type: 'ParcelSent'
  readonly weight: { readonly value: number; readonly unit: 'g' }
}
interface Lost {
  readonly type: 'ParcelLost'
  readonly where: string
}

const record = (name: string, ...fields: readonly object[]) => ({
  type: 'record',
  name,
  namespace: 'parcels',
  fields: [{ name: 'type', type: { type: 'enum', name: `${name}Type`, symbols: [name] } }, ...fields],
})
const lost = record('ParcelLost', { name: 'where', type: 'string', default: 'somewhere' })
const lostBefore = record('ParcelLost')
const sentV1 = record('ParcelSent', { name: 'kilograms', type: 'double' })
const sentV2 = record('ParcelSent', { name: 'grams', type: 'long' })
const weight = {
  type: 'record',
  name: 'Weight',
  fields: [
    { name: 'value', type: 'long' },
    { name: 'unit', type: { type: 'enum', name: 'Unit', symbols: ['g'] } },
  ],
}
const sent = record('ParcelSent', { name: 'weight', type: weight })

const schemaOf = <T>(json: unknown) => avroSchema<T>(JSON.stringify(json))
const v1 = schemaOf<SentV1>(sentV1)
const v2 = schemaOf<SentV2>(sentV2)
const present = schemaOf<Lost | Sent>([lost, sent])

const grams = (old: SentV1): SentV2 => ({ type: old.type, grams: old.kilograms * 1000 })
const weighed = (old: SentV2): Sent => ({ type: old.type, weight: { value: old.grams, unit: 'g' } })
const chain = upcast(v1, grams).next(v2, weighed)

function opened() {
  const registry = inMemoryRegistry()
  registry.setLevel('NONE')
  const context = { topic: 'parcels', role: 'value', registry } as const
  const written = (json: unknown, value: unknown) => avro<unknown>(JSON.stringify(json)).open(context).encode(value)
  const reader = avro(present, { upcasters: [chain] }).open(context)
  return { registry, written, reader }
}

describe('a chain of upcasters', () => {
  test.each<[string, unknown, unknown]>([
    ['version 1', [lost, sentV1], { type: 'ParcelSent', kilograms: 1.5 }],
    ['version 2', [lost, sentV2], { type: 'ParcelSent', grams: 1500 }],
    ['the present version', [lost, sent], { type: 'ParcelSent', weight: { value: 1500, unit: 'g' } }],
    ['version 1, alone and at another place', sentV1, { type: 'ParcelSent', kilograms: 1.5 }],
    ['version 1, behind another', [lostBefore, 'null', sentV1], { type: 'ParcelSent', kilograms: 1.5 }],
  ])('begins where the writer stood: %s', (_, schema, value) => {
    const { written, reader } = opened()
    expect(reader.decode(written(schema, value))).toEqual({ type: 'ParcelSent', weight: { value: 1500, unit: 'g' } })
  })

  test('leaves other events to the resolution of Avro, beside old ones', () => {
    const { written, reader } = opened()
    expect(reader.decode(written([lostBefore, sentV1], { type: 'ParcelLost' }))).toEqual({
      type: 'ParcelLost',
      where: 'somewhere',
    })
  })

  test('goes by logical types, which the registry does not see', () => {
    const at = (logicalType: string) => record('Ping', { name: 'at', type: { type: 'long', logicalType } })
    const registry = inMemoryRegistry()
    const context = { topic: 'pings', role: 'value', registry } as const
    const millis = schemaOf<{ type: 'Ping'; at: number }>(at('timestamp-millis'))
    const old = avro(millis).open(context)
    const bytes = old.encode({ type: 'Ping', at: 7 })
    const micros = schemaOf<{ type: 'Ping'; at: number }>(at('timestamp-micros'))
    const serde = avro(micros, { upcasters: [upcast(millis, (ping) => ({ ...ping, at: ping.at * 1000 }))] })
    expect(serde.open(context).decode(bytes)).toEqual({ type: 'Ping', at: 7000 })
    expect(avro(micros).open(context).decode(bytes)).toEqual({ type: 'Ping', at: 7 })
  })

  test('names the event and the step that failed', () => {
    const registry = inMemoryRegistry()
    registry.setLevel('NONE')
    const context = { topic: 'parcels', role: 'value', registry } as const
    const bytes = avro(v1).open(context).encode({ type: 'ParcelSent', kilograms: 1 })
    const failing = upcast(v1, grams).next(v2, (): Sent => {
      throw new Error('no scales')
    })
    const reader = avro(present, { upcasters: [failing] }).open(context)
    expect(() => reader.decode(bytes)).toThrow(
      expect.objectContaining({
        name: 'TerminalError',
        code: 'DESERIALIZATION_FAILED',
        message: expect.stringContaining('the upcaster of parcels.ParcelSent from version 2 to 3 failed: no scales'),
      }),
    )
  })

  test('wraps what it makes where unions are wrapped', () => {
    const registry = inMemoryRegistry()
    registry.setLevel('NONE')
    const context = { topic: 'parcels', role: 'value', registry } as const
    const bytes = avro(v1).open(context).encode({ type: 'ParcelSent', kilograms: 1 })
    const reader = avro<unknown>(present.text, { unions: 'wrapped', upcasters: [chain] }).open(context)
    expect(reader.decode(bytes)).toEqual({
      'parcels.ParcelSent': { type: 'ParcelSent', weight: { value: 1000, unit: 'g' } },
    })
  })

  test.each<[string, () => unknown, string]>([
    [
      'of an event the schema lacks',
      () => avro(schemaOf<Sent>(lost), { upcasters: [chain] }),
      'no event of the schema',
    ],
    [
      'with the present version in it',
      () => avro(present, { upcasters: [chain.next(schemaOf<Sent>(sent), (one) => one)] }),
      'two versions of one form',
    ],
    ['twice', () => avro(present, { upcasters: [chain, chain] }), 'has two chains'],
    [
      'that changes the event',
      () => upcast(v1, grams).next(schemaOf<SentV2>(lost), weighed),
      'cannot go on with a version of parcels.ParcelLost',
    ],
    [
      'of what is no record',
      () => upcast(schemaOf<SentV1>([lost, sentV1]), grams),
      'one record, not a schema of kind union',
    ],
  ])('is refused: %s', (_, make, message) => {
    const open = () => {
      const made = make() as { open?: (context: object) => unknown }
      made.open?.({ topic: 't', role: 'value', registry: inMemoryRegistry() })
    }
    expect(open).toThrow(message)
    expect(open).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }))
  })

  test('with a step missing it does not compile', () => {
    const endsTooEarly = upcast(v1, grams)
    // @ts-expect-error The chain ends at version 2.
    avro(present, { upcasters: [endsTooEarly] })
    // @ts-expect-error What the first step makes is no version 1.
    upcast(v1, grams).next(v1, (old) => old)
    // @ts-expect-error The step to the present version makes something else.
    avro(present, { upcasters: [upcast(v1, grams).next(v2, (old) => ({ ...old, weight: old.grams }))] })
    expect(avro(present, { upcasters: [chain] }).name).toBe('avro:parcels')
  })
})

describe('the check of what the registry has', () => {
  const parcels = topic('parcels', { key: string, value: avro(present, { upcasters: [chain] }) })

  test('finds nothing where every version has a way to the present one', async () => {
    const { registry } = opened()
    for (const schema of [
      [lostBefore, sentV1],
      [lost, sentV1],
      [lost, sentV2],
      [lost, sent],
    ]) {
      registry.register('parcels-value', JSON.stringify(schema))
    }
    expect(await missingWays([parcels], registry)).toEqual([])
    await checkHistory([parcels], registry)
  })

  test('leaves alone what newer code has registered since', async () => {
    const registry = inMemoryRegistry()
    registry.setLevel('NONE')
    const stones = record('ParcelSent', { name: 'stones', type: 'double' })
    for (const schema of [
      [lost, sentV1],
      [lost, sent],
      [lost, stones],
    ]) {
      registry.register('parcels-value', JSON.stringify(schema))
    }
    expect(await missingWays([parcels], registry)).toEqual([])
  })

  test('lists subject, version and what lacks', async () => {
    const registry = inMemoryRegistry()
    registry.setLevel('NONE')
    const pounds = record('ParcelSent', { name: 'pounds', type: 'double' })
    const gone = record('ParcelGone')
    for (const schema of [[lost, sentV1], [lost, pounds], [lost, gone], 'string']) {
      registry.register('parcels-value', JSON.stringify(schema))
    }
    expect(await missingWays([parcels], registry)).toEqual([
      {
        subject: 'parcels-value',
        version: 2,
        lacks: expect.stringContaining('parcels.ParcelSent has a form that is neither'),
      },
      { subject: 'parcels-value', version: 3, lacks: expect.stringContaining('MISSING_UNION_BRANCH') },
      { subject: 'parcels-value', version: 4, lacks: expect.any(String) },
    ])
    await expect(checkHistory([parcels], registry)).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'SCHEMA_INCOMPATIBLE',
      message: expect.stringContaining('parcels-value version 2: parcels.ParcelSent'),
    })
  })
})
