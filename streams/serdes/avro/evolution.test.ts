import { inMemoryRegistry } from '../../registry/in-memory'
import type { LocalRegistry } from '../../registry/local'
import { avro } from './avro'

const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const symbol = (name: string) => ({ type: 'enum', name: `${name}Type`, symbols: [name] })

let registry: LocalRegistry
beforeEach(() => {
  registry = inMemoryRegistry()
  // The versions of these tests follow each other in ways that a registry would refuse.
  registry.setLevel('NONE')
})

const open = (schema: unknown) => avro<unknown>(JSON.stringify(schema)).open({ topic: 't', role: 'value', registry })

/** What a reader makes of a value that a writer with another schema wrote. */
const readAs = (writer: unknown, value: unknown, reader: unknown) => {
  const bytes = open(writer).encode(value)
  return open(reader).decode(bytes)
}

describe('reading what other versions wrote', () => {
  const v1 = record('R', field('a', 'int'), field('gone', { type: 'array', items: 'string' }))
  const v2 = record('R', field('b', ['null', 'string'], { default: null }), field('a', 'long'))

  test('a consumer of v2 reads v1 and the other way round', () => {
    expect(readAs(v1, { a: 1, gone: ['x', 'y'] }, v2)).toStrictEqual({ b: null, a: 1 })
    const wide = record('R', field('a', 'long'), field('gone', { type: 'array', items: 'string' }, { default: [] }))
    expect(readAs(v2, { a: 1, b: 'x' }, wide)).toStrictEqual({ a: 1, gone: [] })
  })

  test('promotions keep what the number is', () => {
    expect(readAs('int', 7, 'long')).toBe(7)
    expect(readAs('int', 16_777_217, 'float')).toBe(16_777_216)
    expect(readAs('long', -(2 ** 53) + 1, 'double')).toBe(-(2 ** 53) + 1)
    expect(readAs('float', 0.5, 'double')).toBe(0.5)
    expect(readAs({ type: 'int', logicalType: 'date' }, '1970-01-11', 'long')).toBe(10)
    expect(readAs('string', 'é', 'bytes')).toEqual(Buffer.from('é'))
    expect(readAs('bytes', Buffer.from('é'), 'string')).toBe('é')
  })

  test('aliases, enum defaults, a record of another name', () => {
    const renamed = record('R', field('x', 'int', { aliases: ['a'] }))
    expect(readAs(v1, { a: 1, gone: [] }, renamed)).toStrictEqual({ x: 1 })
    const size = (...symbols: readonly string[]) => ({ type: 'enum', name: 'Size', symbols, default: 'S' })
    expect(readAs(size('S', 'M'), 'M', size('S'))).toBe('S')
    expect(readAs(record('One', field('a', 'int')), { a: 1 }, record('Two', field('a', 'int')))).toStrictEqual({ a: 1 })
  })

  test('a new type of event stops an old reader only when it comes', () => {
    const a = record('A', field('type', symbol('A')))
    const b = record('B', field('type', symbol('B')))
    const writer = open([a, b])
    const reader = open([a])
    expect(reader.decode(writer.encode({ type: 'A' }))).toStrictEqual({ type: 'A' })
    expect(() => reader.decode(writer.encode({ type: 'B' }))).toThrow(
      "t (value): the writer's B cannot be read as any branch of the reader's union (schema 1)",
    )
  })

  test('one record becomes one of several', () => {
    const a = record('A', field('type', symbol('A')), field('n', 'int'))
    const b = record('B', field('type', symbol('B')))
    expect(readAs(a, { type: 'A', n: 1 }, [b, a])).toStrictEqual({ type: 'A', n: 1 })
  })

  test('an int in a union goes to the int, wherever it stands', () => {
    const numbers = record('N', field('n', ['string', 'long', 'int']))
    expect(readAs(record('N', field('n', 'int')), { n: 7 }, numbers)).toStrictEqual({ n: 7 })
    expect(readAs(record('N', field('n', 'int')), { n: 7 }, record('N', field('n', ['null', 'double'])))).toStrictEqual(
      {
        n: 7,
      },
    )
  })

  test('an attempt at one branch leaves nothing behind for the next', () => {
    // The first branch fails inside `Inner`, which the second resolves as well.
    const inner = (...fields: readonly object[]) => record('Inner', ...fields)
    const writer = record('W', field('inner', inner(field('n', 'int'))))
    const first = record('First', field('inner', inner(field('n', 'int'))), field('missing', 'int'))
    const second = record('Second', field('inner', 'Inner'))
    expect(readAs(writer, { inner: { n: 1 } }, [first, second])).toStrictEqual({ inner: { n: 1 } })
  })

  test('recursive types of two versions', () => {
    const list = (value: string) => record('Node', field('v', value), field('next', ['null', 'Node']))
    const value = { v: 1, next: { v: 2, next: null } }
    expect(readAs(list('int'), value, list('long'))).toStrictEqual(value)
  })

  test('a schema that can never be read is fetched once, and each of its records fails', () => {
    const bytes = open('int').encode(1)
    const reader = open('string')
    const fetched = jest.spyOn(registry, 'schemaById')
    for (let round = 0; round < 3; round++) {
      expect(reader.prepare?.([bytes])).toBeUndefined()
      expect(() => reader.decode(bytes)).toThrow("the writer's int cannot be read as string")
      expect(() => reader.decode(bytes)).toThrow(expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }))
    }
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  test('an alias that gives two fields one name makes all records of the writer unreadable, which is found once', () => {
    const bytes = open(record('R', field('a', 'int'), field('b', 'int'))).encode({ a: 1, b: 2 })
    const reader = open(record('R', field('b', 'int', { aliases: ['a'] })))
    const fetched = jest.spyOn(registry, 'schemaById')
    for (let round = 0; round < 3; round++) {
      expect(() => reader.decode(bytes)).toThrow('cannot read what was written with schema 1')
      expect(() => reader.decode(bytes)).toThrow(expect.objectContaining({ code: 'DESERIALIZATION_FAILED' }))
    }
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  test('names before their definition, and defaults of any branch', () => {
    // A name before its definition, and a default of the second branch.
    const writer = [
      record('Outer', field('later', 'Later')),
      record('Later', field('n', ['null', 'int'], { default: 1 })),
    ]
    const id = registry.register('foreign', JSON.stringify(writer))
    const bytes = Buffer.from([0, 0, 0, 0, id, 0, 2, 4])
    expect(open([writer[1], writer[0]]).decode(bytes)).toStrictEqual({ later: { n: 2 } })
  })
})
