import { inMemoryRegistry } from './in-memory'

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

  test('refuses what it could not compare', () => {
    const registry = inMemoryRegistry()
    expect(() => registry.register('s', '{}', 'JSON')).toThrow(expect.objectContaining({ code: 'SCHEMA_INVALID' }))
    expect(() => registry.register('', '"int"')).toThrow('a subject needs a name')
  })
})
