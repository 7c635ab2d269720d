import { inMemoryRegistry } from './in-memory'
import type { LocalRegistry } from './local'
import type { SchemaType } from './port'
import { parseRegistered } from './references'

const record = (...fields: readonly object[]) => JSON.stringify({ type: 'record', name: 'ns.R', fields })
const a = { name: 'a', type: 'int' }
const b = { name: 'b', type: 'int' }
const optional = { ...b, default: 0 }

describe('a local registry', () => {
  test('answers at once', () => {
    const registry = inMemoryRegistry()
    expect(registry.register('s', record(a))).toBe(1)
    expect(registry.schemaById(1)).toEqual({ id: 1, type: 'AVRO', schema: record(a) })
  })

  test('takes texts that differ in white space for one schema, and keeps the first', () => {
    const registry = inMemoryRegistry()
    const pretty = JSON.stringify(JSON.parse(record(a)), undefined, 2)
    expect(registry.register('s', record(a))).toBe(1)
    expect(registry.register('s', pretty)).toBe(1)
    expect(registry.register('other', pretty)).toBe(1)
    expect(registry.schemaById(1).schema).toBe(record(a))
    // White space inside a text is part of it.
    expect(registry.register('s', record({ ...a, doc: 'two words' }))).toBe(2)
    expect(registry.register('s', record({ ...a, doc: 'twowords' }))).toBe(3)
  })

  test('says what stands in the way of a schema, field by field', () => {
    const registry = inMemoryRegistry()
    registry.register('s', record())
    expect(() => registry.register('s', record(a, b))).toThrow(
      'the schema may not follow in subject s, whose level is BACKWARD: ' +
        'it cannot read version 1: READER_FIELD_MISSING_DEFAULT_VALUE at /fields/0, ' +
        'the writer has no field a, and the reader has no default for it; ' +
        'it cannot read version 1: READER_FIELD_MISSING_DEFAULT_VALUE at /fields/1, ' +
        'the writer has no field b, and the reader has no default for it',
    )
    expect(registry.versions('s')).toHaveLength(1)
  })

  test.each([
    ['BACKWARD', [record(a), record(a, b)], false],
    ['BACKWARD', [record(a), record(a, optional)], true],
    ['BACKWARD', [record(a, b), record(a)], true],
    ['FORWARD', [record(a), record(a, b)], true],
    ['FORWARD', [record(a, b), record(a)], false],
    ['FULL', [record(a), record(a, b)], false],
    ['FULL', [record(a), record(a, optional)], true],
    ['NONE', [record(a), '"string"'], true],
    ['BACKWARD', [record(a), record(), record(optional)], true],
    // The third cannot read the first, which has an int where it wants a string with a default.
    ['BACKWARD', [record(b), record(), record({ name: 'b', type: 'string', default: '' })], true],
    ['BACKWARD_TRANSITIVE', [record(b), record(), record({ name: 'b', type: 'string', default: '' })], false],
  ] as const)('level %s, versions %j: the last is taken: %p', (level, versions, taken) => {
    const registry = inMemoryRegistry()
    registry.setLevel(level)
    for (const version of versions.slice(0, -1)) registry.register('s', version)
    const last = () => registry.register('s', versions.at(-1)!)
    if (taken) expect(last()).toBe(versions.length)
    else expect(last).toThrow(expect.objectContaining({ name: 'TerminalError', code: 'SCHEMA_INCOMPATIBLE' }))
  })

  test('a version that was there before is no new one, whatever the level says', () => {
    const registry = inMemoryRegistry()
    registry.setLevel('NONE')
    registry.register('s', '"int"')
    registry.register('s', '"string"')
    registry.setLevel('FULL_TRANSITIVE')
    expect(registry.register('s', '"int"')).toBe(1)
    expect(registry.versions('s').map(({ version }) => version)).toEqual([1, 2])
  })

  test("a subject's own level goes before the common one", () => {
    const registry = inMemoryRegistry()
    registry.setLevel('FULL')
    registry.setLevel('NONE', 's')
    expect([registry.level('s'), registry.level('other'), registry.ownLevel('other')]).toEqual([
      'NONE',
      'FULL',
      undefined,
    ])
    registry.setLevel(null, 's')
    registry.setLevel(null)
    expect([registry.level('s'), registry.level()]).toEqual(['BACKWARD', 'BACKWARD'])
  })

  test('keeps schemas that are not Avro, and takes a second version of one only unchecked', () => {
    const registry = inMemoryRegistry()
    const json = { type: 'JSON' } as const
    expect(registry.register('s', '{"type":"object"}', json)).toBe(1)
    expect(registry.register('s', '{ "type": "object" }', json)).toBe(1)
    expect(() => registry.register('s', '{"type":"string"}', json)).toThrow(
      'whether JSON schemas are compatible is not known here; set the level NONE',
    )
    expect(() => registry.register('s', '"int"')).toThrow('a schema of type AVRO cannot follow one of type JSON')
    registry.setLevel('NONE', 's')
    expect(registry.register('s', '{"type":"string"}', json)).toBe(2)
    expect(registry.register('p', 'syntax = "proto3"; message M { string a = 1; }', { type: 'PROTOBUF' })).toBe(3)
    expect(registry.schemaById(3)).toMatchObject({ type: 'PROTOBUF' })
  })

  test.each<[string, SchemaType]>([
    ['{', 'JSON'],
    ['{"type":"nonsense"}', 'JSON'],
    ['message M {', 'PROTOBUF'],
  ])('refuses %s as %s', (schema, type) => {
    expect(() => inMemoryRegistry().register('s', schema, { type })).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID' }),
    )
  })

  test('refuses a subject without a name', () => {
    expect(() => inMemoryRegistry().register('', '"int"')).toThrow('a subject needs a name')
  })
})

describe('deleting', () => {
  let registry: LocalRegistry
  beforeEach(() => {
    registry = inMemoryRegistry()
    registry.register('s', record(a))
    registry.register('s', record(a, optional))
  })

  test('softly takes versions out of sight, and leaves them readable by their ids', () => {
    expect(registry.deleteVersion('s', 1)).toBe(1)
    expect(registry.versions('s').map(({ version }) => version)).toEqual([2])
    expect(registry.versions('s', 'only').map(({ version }) => version)).toEqual([1])
    expect(registry.schemaById(1).schema).toBe(record(a))
    expect([registry.usesOf(1), registry.usesOf(1, 'with').length]).toEqual([[], 1])
    expect(registry.deleteSubject('s')).toEqual([2])
    expect([registry.subjects(), registry.subjects('with'), registry.subjects('only')]).toEqual([[], ['s'], ['s']])
  })

  test('for ever takes their schemas away, and gives no id twice', () => {
    registry.deleteSubject('s')
    expect(registry.deleteSubject('s', true)).toEqual([1, 2])
    expect(registry.subjects('with')).toEqual([])
    expect(() => registry.schemaById(2)).toThrow('no schema has the id 2')
    expect(registry.register('s', record(a))).toBe(3)
    expect(registry.versions('s')).toMatchObject([{ version: 1, id: 3 }])
  })

  test('leaves a schema that another subject has', () => {
    registry.register('t', record(a))
    registry.deleteSubject('s')
    registry.deleteSubject('s', true)
    expect(registry.schemaById(1).schema).toBe(record(a))
    expect(registry.register('u', record(a))).toBe(1)
  })

  test("a version that is out of sight stands in nobody's way, and comes back as a new one", () => {
    registry.deleteSubject('s')
    expect(registry.register('s', record(b))).toBe(3)
    expect(registry.versions('s')).toMatchObject([{ version: 3, id: 3 }])
    registry.setLevel('NONE', 's')
    expect(registry.register('s', record(a))).toBe(1)
    expect(registry.versions('s')).toMatchObject([{ version: 3 }, { version: 4, id: 1 }])
  })

  test.each<[string, (registry: LocalRegistry) => unknown, number]>([
    ['an unknown subject', (of) => of.deleteSubject('none'), 40401],
    ['an unknown version', (of) => of.deleteVersion('s', 9), 40402],
    ['a subject for ever, at once', (of) => of.deleteSubject('s', true), 40405],
    ['a version for ever, at once', (of) => of.deleteVersion('s', 1, true), 40407],
    ['a subject softly, twice', (of) => [of.deleteSubject('s'), of.deleteSubject('s')], 40404],
    ['a version softly, twice', (of) => [of.deleteVersion('s', 1), of.deleteVersion('s', 1)], 40406],
  ])('refuses %s', (_, remove, restCode) => {
    expect(() => remove(registry)).toThrow(expect.objectContaining({ details: { restCode } }))
  })
})

describe('references', () => {
  const money = '{"type":"record","name":"shop.Money","fields":[{"name":"cents","type":"long"}]}'
  const line = '{"type":"record","name":"shop.Line","fields":[{"name":"price","type":"Money"}]}'
  const order = '{"type":"record","name":"shop.Order","fields":[{"name":"line","type":"shop.Line"}]}'
  const toMoney = { references: [{ name: 'shop.Money', subject: 'money', version: 1 }] }
  const toLine = { references: [{ name: 'shop.Line', subject: 'line', version: 1 }] }
  let registry: LocalRegistry
  beforeEach(() => {
    registry = inMemoryRegistry()
    registry.register('money', money)
    registry.register('line', line, toMoney)
    registry.register('order', order, toLine)
  })

  test('come with the schema, in the order in which they need each other', () => {
    expect(registry.schemaById(3)).toEqual({
      id: 3,
      type: 'AVRO',
      schema: order,
      ...toLine,
      referenced: [
        { name: 'shop.Money', schema: money },
        { name: 'shop.Line', schema: line },
      ],
    })
    expect(parseRegistered(registry.schemaById(3))).toMatchObject({
      name: 'shop.Order',
      fields: [{ type: { name: 'shop.Line', fields: [{ type: { name: 'shop.Money' } }] } }],
    })
    expect(registry.referencedBy('money', 1)).toEqual([2])
  })

  test('are part of what a schema is, and of what it is compared by', () => {
    registry.setLevel('NONE')
    registry.register('money', money.replace('long', 'string'))
    registry.setLevel(null)
    expect(registry.register('line', line, toMoney)).toBe(2)
    const toLater = { references: [{ name: 'shop.Money', subject: 'money', version: 2 }] }
    expect(() => registry.register('line', line, toLater)).toThrow('TYPE_MISMATCH at /fields/0/type/fields/0/type')
  })

  test('keep what they refer to from being deleted', () => {
    const refused = expect.objectContaining({ code: 'REGISTRY_REFUSED', details: { restCode: 42206 } })
    expect(() => registry.deleteVersion('money', 1)).toThrow(refused)
    expect(() => registry.deleteSubject('line')).toThrow(refused)
    registry.deleteSubject('order')
    expect(registry.deleteSubject('line')).toEqual([1])
    expect(parseRegistered(registry.schemaById(3))).toMatchObject({ name: 'shop.Order' })
  })

  test('must be there', () => {
    const nowhere = { references: [{ name: 'shop.Line', subject: 'line', version: 7 }] }
    expect(() => registry.register('o', order, nowhere)).toThrow(
      'No schema reference found for subject line and version 7',
    )
    expect(() => registry.register('o', order)).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }))
    expect(() => registry.register('o', '"int"}, {', toLine)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID' }),
    )
  })
})

describe('modes', () => {
  test('READONLY takes nothing new and lets nothing go', () => {
    const registry = inMemoryRegistry()
    registry.register('s', record(a))
    registry.setMode('READONLY')
    expect(registry.register('s', record(a))).toBe(1)
    const refused = expect.objectContaining({ code: 'REGISTRY_REFUSED', details: { restCode: 42205 } })
    expect(() => registry.register('t', record(a))).toThrow(refused)
    expect(() => registry.deleteSubject('s')).toThrow(refused)
    registry.setMode('READWRITE', 't')
    expect(registry.register('t', record(a))).toBe(1)
    registry.setMode(null, 't')
    registry.setMode(null)
    expect([registry.mode('t'), registry.ownMode('t')]).toEqual(['READWRITE', undefined])
  })

  test('IMPORT takes schemas with their ids and versions, unchecked', () => {
    const registry = inMemoryRegistry()
    const refused = expect.objectContaining({ code: 'REGISTRY_REFUSED', details: { restCode: 42205 } })
    expect(() => registry.register('s', record(a), { id: 40 })).toThrow(refused)
    registry.setMode('IMPORT')
    expect(() => registry.register('s', record(a))).toThrow(refused)
    expect(registry.register('s', record(b), { id: 41, version: 7 })).toBe(41)
    expect(registry.register('s', record(a), { id: 40, version: 3 })).toBe(40)
    expect(registry.register('s', record(a), { id: 40, version: 3 })).toBe(40)
    expect(registry.versions('s')).toMatchObject([
      { version: 3, id: 40 },
      { version: 7, id: 41 },
    ])
    expect(() => registry.register('t', record(b), { id: 40 })).toThrow(refused)
    expect(() => registry.register('s', record(), { id: 42, version: 7 })).toThrow(refused)
    registry.setMode('READWRITE')
    expect(registry.register('t', record())).toBe(42)
    expect(() => registry.setMode('IMPORT')).toThrow(refused)
    registry.setMode('IMPORT', undefined, true)
    expect(registry.mode('s')).toBe('IMPORT')
  })
})

test('attributes in another order, and numbers as they are written, make a schema what it is', () => {
  const registry = inMemoryRegistry()
  const long = (number: string) =>
    `{"type":"record","name":"R","fields":[{"name":"a","type":"long","default":${number}}]}`
  expect(registry.register('s', long('9007199254740993'))).toBe(1)
  expect(registry.register('s', long('9007199254740992'))).toBe(2)
  expect(
    registry.register(
      's',
      '{"name":"R","fields":[{"default":9007199254740992,"type":"long","name":"a"}],"type":"record"}',
    ),
  ).toBe(2)
})

test('normalized, texts that say the same are one schema', () => {
  const registry = inMemoryRegistry()
  const one =
    '{"type":"record","name":"R","namespace":"n","fields":[{"name":"a","type":{"type":"int"}},{"name":"r","type":["null","R"]}]}'
  const other =
    '{"name":"n.R","type":"record","fields":[{"type":"int","name":"a","order":"ascending"},{"name":"r","type":["null","n.R"]}]}'
  expect(registry.register('s', one, { normalize: true })).toBe(1)
  expect(registry.register('s', other, { normalize: true })).toBe(1)
  expect(registry.schemaById(1).schema).toBe(
    '{"type":"record","name":"n.R","fields":[{"name":"a","type":"int"},{"name":"r","type":["null","n.R"]}]}',
  )
  expect(registry.find('s', other, { normalize: true })).toMatchObject({ version: 1 })
  expect(registry.register('as-written', one)).toBe(2)
  expect(registry.register('as-written', other, { normalize: true })).toBe(2)
})
