import { inMemoryRegistry } from '../../registry/in-memory'
import { avro } from './avro'

const open = (schema: unknown) =>
  avro<unknown>(JSON.stringify(schema)).open({ topic: 't', role: 'value', registry: inMemoryRegistry() })
const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const fixed = (name: string, size: number) => ({ type: 'fixed', name, size })
const symbols = (name: string, ...list: readonly string[]) => ({ type: 'enum', name, symbols: list })

/** The branch is the first number after the header. */
const branchOf = (schema: unknown, value: unknown) => {
  const serde = open(schema)
  const bytes = serde.encode(value)!
  expect(serde.decode(bytes)).toStrictEqual(value)
  return bytes[5]! / 2
}

describe('the branch of a value', () => {
  const cat = record('Cat', field('name', 'string'), field('lives', 'int'))
  const dog = record('Dog', field('name', 'string'), field('tricks', 'int'))

  test('a field with one symbol per record tells them apart, wherever it stands', () => {
    const a = record('A', field('same', 'string'), field('kind', symbols('KA', 'a')))
    const b = record('B', field('same', 'string'), field('kind', symbols('KB', 'b')))
    expect(branchOf(['null', a, b], { same: '', kind: 'b' })).toBe(2)
    expect(branchOf(['null', a, b], { same: '', kind: 'a' })).toBe(1)
    expect(branchOf(['null', a, b], null)).toBe(0)
  })

  test('so does a field that only one of them has', () => {
    expect(branchOf([cat, dog], { name: 'x', tricks: 1 })).toBe(1)
    expect(branchOf([cat, dog], { name: 'x', lives: 9 })).toBe(0)
    expect(() => open([cat, dog]).encode({ name: 'x' })).toThrow('expected one of Cat, Dog')
    expect(() => open([cat, dog]).encode({ name: 'x', lives: 9, tricks: 1 })).toThrow('expected one of Cat, Dog')
  })

  test('a union of one record needs nothing', () => {
    expect(branchOf([cat], { name: 'x', lives: 9 })).toBe(0)
  })

  test('numbers go to the narrowest type that holds them', () => {
    const numbers = ['double', 'long', 'int']
    expect(branchOf(numbers, 1)).toBe(2)
    expect(branchOf(numbers, 2 ** 31)).toBe(1)
    expect(branchOf(numbers, 1.5)).toBe(0)
    expect(branchOf(numbers, -0)).toBe(0)
    expect(branchOf(['float', 'double'], 0.1)).toBe(1)
    expect(branchOf(['float', 'double'], 0.5)).toBe(0)
  })

  test('types that look different need no help', () => {
    const all = [
      'null',
      'boolean',
      'int',
      'string',
      'bytes',
      { type: 'array', items: 'int' },
      { type: 'map', values: 'int' },
    ]
    const values = [null, true, 7, 'x', Buffer.of(1), [1, 2], { a: 1 }]
    expect(values.map((value) => branchOf(all, value))).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('enums without a common symbol and fixed of different sizes', () => {
    const enums = [symbols('A', 'x', 'y'), symbols('B', 'z')]
    expect([branchOf(enums, 'y'), branchOf(enums, 'z')]).toEqual([0, 1])
    const sizes = [fixed('F', 1), fixed('G', 2)]
    expect([branchOf(sizes, Buffer.alloc(1)), branchOf(sizes, Buffer.alloc(2))]).toEqual([0, 1])
  })

  test.each([
    ['records of the same fields', [cat, { ...cat, name: 'Lion' }], 'Cat, Lion'],
    [
      'a record and one with more optional fields',
      [cat, { ...cat, name: 'Lion', fields: [...cat.fields, field('roar', 'int', { default: 1 })] }],
      'Cat, Lion',
    ],
    ['a record and a map', [cat, { type: 'map', values: 'int' }], 'Cat, map'],
    ['an enum and a string', [symbols('A', 'x'), 'string'], 'A, string'],
    ['a decimal and a string', [{ type: 'bytes', logicalType: 'decimal', precision: 4 }, 'string'], 'bytes, string'],
    ['enums with a common symbol', [symbols('A', 'x'), symbols('B', 'x')], 'A, B'],
    ['bytes and fixed', ['bytes', fixed('F', 1)], 'bytes, F'],
    [
      'the same symbol in two records',
      [record('A', field('k', symbols('KA', 'a'))), record('B', field('k', symbols('KB', 'a')))],
      'A, B',
    ],
  ])('%s cannot be told apart, which opening says', (_, union, names) => {
    const message = `the branches ${names} of a union cannot be told apart by their values`
    for (const schema of [union, record('Outer', field('inner', { type: 'array', items: union }))]) {
      expect(() => open(schema)).toThrow(message)
      expect(() => open(schema)).toThrow(expect.objectContaining({ name: 'TerminalError', code: 'SCHEMA_INVALID' }))
    }
  })
})

describe('defaults in unions', () => {
  test('are of any branch, the first that takes them', () => {
    const inner = record('Inner', field('a', 'int'))
    const schema = record(
      'R',
      field('text', ['null', 'string'], { default: 'x' }),
      field('inner', ['null', inner], { default: { a: 1 } }),
      field('self', ['null', 'R'], { default: null }),
    )
    const serde = open(schema)
    expect(serde.decode(serde.encode({}))).toStrictEqual({ text: 'x', inner: { a: 1 }, self: null })
  })
})
