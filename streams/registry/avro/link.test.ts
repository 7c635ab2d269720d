import { canonicalForm } from './canonical'
import { parseAvro, parseAvroJson } from './parse'

const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const outer = (...fields: readonly object[]) => record('Outer', ...fields)
const enumeration = { type: 'enum', name: 'E', symbols: ['A'] }

describe('names before their definitions', () => {
  test('are resolved to the type that is defined later', () => {
    const type = parseAvroJson(outer(field('a', ['null', 'E']), field('b', enumeration)))
    if (type.kind !== 'record') throw new Error('no record')
    const [a, b] = type.fields
    expect(a?.type.kind === 'union' && a.type.branches[1]).toBe(b?.type)
  })

  test('are in the namespace around, if they have none and are not known yet', () => {
    expect(() =>
      parseAvroJson({ ...outer(field('a', 'E'), field('b', { ...enumeration, namespace: '' })), namespace: 'ns' }),
    ).toThrow('the name ns.E is not defined')
  })

  test('may not be one branch twice', () => {
    expect(() => parseAvroJson(outer(field('a', ['E', 'E']), field('b', enumeration)))).toThrow('the branch E twice')
  })

  test('are taken for records without fields while defaults are checked, and checked again', () => {
    const later = record('Later', field('n', 'int'))
    expect(() => parseAvroJson(outer(field('a', 'E', { default: 'A' }), field('b', enumeration)))).toThrow('default')
    expect(() => parseAvroJson(outer(field('a', 'Later', { default: {} }), field('b', later)))).toThrow('default')
    expect(() => parseAvroJson(outer(field('a', 'Later', { default: { n: 1 } }), field('b', later)))).not.toThrow()
    expect(() => parseAvroJson(outer(field('a', ['null', 'Outer'], { default: null })))).not.toThrow()
    expect(() => parseAvroJson(outer(field('a', 'Outer', { default: {} })))).toThrow('contains Outer itself')
  })
})

describe('a definition twice', () => {
  test('must be equal, docs and aliases aside', () => {
    const fixed = { type: 'fixed', name: 'F', size: 2 }
    const twice = (again: object) => () => parseAvroJson(outer(field('a', fixed), field('b', again)))
    expect(twice(fixed)).not.toThrow()
    expect(twice({ ...fixed, doc: 'again', aliases: ['G'] })).not.toThrow()
    for (const change of [{ size: 3 }, { prop: 1 }, { type: 'enum', symbols: [] }]) {
      expect(twice({ ...fixed, ...change })).toThrow('F is defined twice, differently')
    }
  })

  test('of a recursive record is not equal, since the second knows the first', () => {
    const node = record('Node', field('next', ['null', 'Node']))
    expect(() => parseAvroJson(outer(field('a', node), field('b', node)))).toThrow('defined twice')
  })

  test('a field may have another order, default or property in none of them', () => {
    const inner = (more: object) => record('Inner', field('n', 'int', more))
    const twice = (one: object, other: object) => () =>
      parseAvroJson(outer(field('a', inner(one)), field('b', inner(other))))
    expect(twice({ aliases: ['x'] }, { doc: 'd' })).not.toThrow()
    expect(twice({ order: 'IGNORE' }, { order: 'ignore' })).not.toThrow()
    expect(twice({ default: 1 }, { default: 1 })).not.toThrow()
    for (const change of [{ order: 'ignore' }, { default: 1 }, { prop: 'p' }])
      expect(twice({}, change)).toThrow('defined twice')
  })
})

describe('references to other schemas', () => {
  test('may be used by name', () => {
    const texts = [enumeration, record('ns.R', field('e', 'E'))].map((schema) => JSON.stringify(schema))
    expect(canonicalForm(parseAvro('["E","ns.R"]', texts))).toBe(
      '[{"name":"E","type":"enum","symbols":["A"]},{"name":"ns.R","type":"record","fields":[{"name":"e","type":"E"}]}]',
    )
    expect(() => parseAvro('"ns.R"', texts.slice(1))).toThrow('the name ns.E is not defined')
    expect(() => parseAvro('"E"', ['{"type":"enum","name":"E"}'])).toThrow('has no list of symbols')
    expect(() => parseAvro('"E"', ['"E"}, {"a": 1'])).toThrow('not JSON')
  })

  test('may refer to each other in any order', () => {
    const [array, fixed] = ['{"type":"array","items":"F"}', '{"type":"fixed","name":"F","size":1}']
    expect(() => parseAvro('"F"', [array, fixed])).not.toThrow()
    expect(() => parseAvro('["F"]', [fixed, array])).not.toThrow()
  })
})
