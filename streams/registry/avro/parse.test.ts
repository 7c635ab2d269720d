import { parseAvro, parseAvroJson } from './parse'
import { minify } from './text'

const record = (...fields: readonly object[]) => ({ type: 'record', name: 'R', fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })

describe('parsing an Avro schema', () => {
  test('qualifies names and resolves references to the very type', () => {
    const type = parseAvroJson({
      type: 'record',
      name: 'a.b.Outer',
      fields: [
        field('inner', { type: 'record', name: 'Inner', namespace: 'c', aliases: ['Old', 'x.Older'], fields: [] }),
        field('again', 'c.Inner'),
        field('self', ['null', 'Outer']),
      ],
    })
    if (type.kind !== 'record') throw new Error('no record')
    const [inner, again, self] = type.fields.map((one) => one.type)
    expect(type.name).toBe('a.b.Outer')
    expect(inner).toMatchObject({ kind: 'record', name: 'c.Inner', aliases: ['c.Old', 'x.Older'] })
    expect(again).toBe(inner)
    expect(self?.kind === 'union' && self.branches[1]).toBe(type)
  })

  test('a name may stand before its definition, and a definition twice', () => {
    const inner = { type: 'record', name: 'Inner', fields: [] }
    for (const fields of [
      [field('a', 'Inner'), field('b', inner)],
      [field('a', inner), field('b', inner)],
    ]) {
      const type = parseAvroJson(record(...fields))
      expect(type.kind === 'record' && type.fields[0]!.type).toBe(type.kind === 'record' && type.fields[1]!.type)
    }
  })

  test('a simple name is looked up around it and then without a namespace', () => {
    const type = parseAvroJson([
      { type: 'enum', name: 'E', symbols: ['A'] },
      { type: 'record', name: 'ns.R', fields: [field('e', 'E')] },
    ])
    expect(type).toMatchObject({ branches: [{ name: 'E' }, { fields: [{ type: { name: 'E' } }] }] })
  })

  test.each<[unknown, unknown]>([
    [
      { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 },
      { name: 'decimal', precision: 4, scale: 2 },
    ],
    [
      { type: 'bytes', logicalType: 'decimal', precision: 4 },
      { name: 'decimal', precision: 4, scale: 0 },
    ],
    [{ type: 'bytes', logicalType: 'decimal' }, undefined],
    [{ type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 }, undefined],
    [{ type: 'string', logicalType: 'decimal', precision: 2 }, undefined],
    [
      { type: 'fixed', name: 'F', size: 2, logicalType: 'decimal', precision: 4 },
      { name: 'decimal', precision: 4, scale: 0 },
    ],
    [{ type: 'fixed', name: 'F', size: 2, logicalType: 'decimal', precision: 5 }, undefined],
    [{ type: 'string', logicalType: 'uuid' }, { name: 'uuid' }],
    [{ type: 'fixed', name: 'F', size: 16, logicalType: 'uuid' }, { name: 'uuid' }],
    [{ type: 'fixed', name: 'F', size: 15, logicalType: 'uuid' }, undefined],
    [{ type: 'int', logicalType: 'date' }, { name: 'date' }],
    [{ type: 'long', logicalType: 'date' }, undefined],
    [{ type: 'long', logicalType: 'of-my-own' }, undefined],
  ])('%j has the logical type %j', (schema, logical) => {
    expect(parseAvroJson(schema)).toMatchObject(logical === undefined ? {} : { logical })
    expect('logical' in parseAvroJson(schema)).toBe(logical !== undefined)
  })

  test.each<[string, unknown]>([
    ['an unknown type', 'nothing'],
    ['a number', 7],
    ['null', null],
    ['a type in a type', { type: { type: 'int' } }],
    ['a reference as a type', [record(), { type: 'R' }]],
    ['a record without fields', { type: 'record', name: 'R' }],
    ['a record without a name', { type: 'record', fields: [] }],
    ['a name that is none', { type: 'record', name: '1R', fields: [] }],
    ['a namespace that is none', { type: 'record', name: 'R', namespace: 'a-b', fields: [] }],
    ['the name of a primitive', { type: 'record', name: 'int', fields: [] }],
    ['one name for two types', [record(), { type: 'enum', name: 'R', symbols: [] }]],
    ['a field twice', record(field('a', 'int'), field('a', 'int'))],
    ['a field without a type', record({ name: 'a' })],
    ['a symbol twice', { type: 'enum', name: 'E', symbols: ['A', 'A'] }],
    ['a default that is no symbol', { type: 'enum', name: 'E', symbols: ['A'], default: 'B' }],
    ['a fixed without a size', { type: 'fixed', name: 'F' }],
    ['a union in a union', ['null', ['int', 'string']]],
    [
      'two arrays in a union',
      [
        { type: 'array', items: 'int' },
        { type: 'array', items: 'string' },
      ],
    ],
    ['an array without items', { type: 'array' }],
    ['a default of another type', record(field('a', 'int', { default: '1' }))],
    ['null where the type is not nullable', record(field('a', 'string', { default: null }))],
    ['an int that is too large', record(field('a', 'int', { default: 2 ** 31 }))],
  ])('refuses %s', (_, schema) => {
    expect(() => parseAvroJson(schema)).toThrow(
      expect.objectContaining({ name: 'TerminalError', code: 'SCHEMA_INVALID' }),
    )
  })

  test.each([
    ['the second branch of a union', ['null', 'string'], 'x'],
    ['null', ['string', 'null'], null],
    ['a record that leaves out what has a default', { ...record(field('a', 'int', { default: 1 })), name: 'In' }, {}],
    ['not a number', 'double', 'NaN'],
    ['a map', { type: 'map', values: 'int' }, { a: 1 }],
  ])('takes as a default %s', (_, type, value) => {
    expect(parseAvroJson(record(field('a', type, { default: value })))).toMatchObject({
      fields: [{ default: { json: value } }],
    })
  })

  test('a schema nested beyond any reason is refused, not a crash', () => {
    const depth = 200_000
    expect(() => parseAvro(`${'{"type":"array","items":'.repeat(depth)}"int"${'}'.repeat(depth)}`)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID' }),
    )
  })
})

test('minify takes out white space between tokens only', () => {
  expect(minify('{ "a b" :\n [ 1.0 , "x \\" y" ] }')).toBe('{"a b":[1.0,"x \\" y"]}')
})
