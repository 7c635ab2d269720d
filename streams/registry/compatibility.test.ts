import { parseAvroJson } from './avro/parse'
import { checkCompatibility } from './compatibility'
import { compatibilityLevels, levelViolations } from './levels'

const record = (...fields: readonly object[]) => ({ type: 'record', name: 'R', fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const fixed = (name: string, size: number) => ({ type: 'fixed', name, size })
const symbols = (list: readonly string[], more: object = {}) => ({ type: 'enum', name: 'E', symbols: list, ...more })

/** `TYPE at location`, in order. */
const found = (reader: unknown, writer: unknown) => {
  const { compatible, incompatibilities, problem } = checkCompatibility(parseAvroJson(reader), parseAvroJson(writer))
  expect(compatible).toBe(incompatibilities.length === 0 && problem === undefined)
  for (const { message } of incompatibilities) expect(message).toMatch(/\w+ /)
  return incompatibilities.map(({ type, location }) => `${type} at ${location}`)
}

const kinds = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
const readable: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
}

describe('the rules of schema compatibility', () => {
  test.each(kinds.flatMap((reader) => kinds.map((writer) => [reader, writer])))('%s reads %s', (reader, writer) => {
    const reads = reader === writer || readable[reader]?.includes(writer)
    expect(found(reader, writer)).toEqual(reads ? [] : ['TYPE_MISMATCH at /'])
  })

  test.each<[string, unknown, unknown, readonly string[]]>([
    ['items', { type: 'array', items: 'int' }, { type: 'array', items: 'string' }, ['TYPE_MISMATCH at /items']],
    ['values', { type: 'map', values: 'int' }, { type: 'map', values: 'string' }, ['TYPE_MISMATCH at /values']],
    ['an array is no map', { type: 'array', items: 'int' }, { type: 'map', values: 'int' }, ['TYPE_MISMATCH at /']],
    ['namespaces do not matter', { ...record(), namespace: 'a' }, { ...record(), namespace: 'b' }, []],
    ['names do', record(), { ...record(), name: 'S' }, ['NAME_MISMATCH at /name']],
    ['an alias is the old name', { ...record(), aliases: ['S'] }, { ...record(), name: 'S' }, []],
    ['an alias of the writer is not', record(), { ...record(), name: 'S', aliases: ['R'] }, ['NAME_MISMATCH at /name']],
    [
      'an alias lies in the namespace of its type',
      { ...record(), namespace: 'a', aliases: ['S'] },
      { ...record(), namespace: 'b', name: 'S' },
      ['NAME_MISMATCH at /name'],
    ],
    ['enum symbols', symbols(['A']), symbols(['A', 'B']), ['MISSING_ENUM_SYMBOLS at /symbols']],
    ['an enum with a default takes them', symbols(['A'], { default: 'A' }), symbols(['A', 'B']), []],
    ['more symbols are fine', symbols(['B', 'A']), symbols(['A']), []],
    ['the size of a fixed', fixed('F', 2), fixed('F', 3), ['FIXED_SIZE_MISMATCH at /size']],
    ['name and size', fixed('F', 2), fixed('G', 3), ['NAME_MISMATCH at /name', 'FIXED_SIZE_MISMATCH at /size']],
    [
      'a new field wants a default',
      record(field('a', 'int'), field('b', ['null', 'int'])),
      record(field('a', 'int')),
      ['READER_FIELD_MISSING_DEFAULT_VALUE at /fields/1'],
    ],
    ['null is a default', record(field('b', ['null', 'int'], { default: null })), record(), []],
    ['a field may go', record(), record(field('a', 'int')), []],
    ['the alias of a field', record(field('b', 'int', { aliases: ['a'] })), record(field('a', 'int')), []],
    [
      'all that is wrong is listed, the name first',
      record(field('a', 'int'), field('b', 'int')),
      { ...record(field('a', 'string')), name: 'S' },
      ['NAME_MISMATCH at /name', 'TYPE_MISMATCH at /fields/0/type', 'READER_FIELD_MISSING_DEFAULT_VALUE at /fields/1'],
    ],
    [
      'an enum field with a default of its own',
      record(field('e', symbols(['A'], { default: 'A' }))),
      record(),
      ['TYPE_MISMATCH at /fields/0/type'],
    ],
    ['any branch will do', ['null', 'string', 'long'], 'int', []],
    ['one branch at least', ['null', 'string'], 'int', ['MISSING_UNION_BRANCH at /']],
    [
      'every branch of the writer',
      ['null', 'int'],
      ['int', 'string', 'null', 'boolean'],
      ['MISSING_UNION_BRANCH at /1', 'MISSING_UNION_BRANCH at /3'],
    ],
    ['a union read as one type', 'int', ['int', 'string'], ['TYPE_MISMATCH at /1']],
    [
      'the path through a union of the writer',
      record(field('a', { type: 'array', items: 'int' })),
      record(field('a', [{ type: 'array', items: 'string' }])),
      ['TYPE_MISMATCH at /fields/0/type/0/items'],
    ],
    [
      'logical types are ignored',
      { type: 'long', logicalType: 'timestamp-micros' },
      { type: 'long', logicalType: 'timestamp-millis' },
      [],
    ],
    ['an empty union is read by anything', 'int', [], []],
  ])('%s', (_, reader, writer, expected) => {
    expect(found(reader, writer)).toEqual(expected)
  })

  test('a field that fits two fields of the writer has no answer', () => {
    const reader = parseAvroJson(record(field('c', 'int', { aliases: ['a', 'b'] })))
    const writer = parseAvroJson(record(field('a', 'int'), field('b', 'int')))
    expect(checkCompatibility(reader, writer)).toEqual({
      compatible: false,
      incompatibilities: [],
      problem: 'R.c fits several fields of the writer: a and b',
    })
  })

  test('recursive types end, and what is wrong inside is found', () => {
    const list = (value: string) => record(field('v', value), field('next', ['null', 'R']))
    expect(found(list('long'), list('int'))).toEqual([])
    // The list is looked at again behind its own union, where it counts as being looked at.
    expect(found(list('int'), list('long'))).toEqual(['TYPE_MISMATCH at /fields/0/type'])
  })

  test('a type that is used twice is reported at each place', () => {
    const twice = (type: string) => record(field('a', { ...record(field('x', type)), name: 'In' }), field('b', 'In'))
    expect(found(twice('int'), twice('string'))).toEqual([
      'TYPE_MISMATCH at /fields/0/type/fields/0/type',
      'TYPE_MISMATCH at /fields/1/type/fields/0/type',
    ])
  })

  test('types that use each other many times are looked at once', () => {
    const layers = 40
    let schema: object = record(field('x', 'int'))
    for (let layer = 0; layer < layers; layer++) {
      const name = 'name' in schema ? String(schema.name) : ''
      schema = { type: 'record', name: `L${layer}`, fields: [field('a', schema), field('b', name)] }
    }
    // Walking every path would take 2^40 steps.
    expect(found(schema, schema)).toEqual([])
  })
})

describe('compatibility levels', () => {
  const versions = [record(field('a', 'int')), record(field('a', 'int'), field('b', 'int', { default: 0 }))]
  const allowedWith = (candidate: unknown, history: readonly unknown[]) => {
    const parsed = history.map(parseAvroJson)
    return compatibilityLevels.filter((level) => levelViolations(level, parseAvroJson(candidate), parsed).length === 0)
  }

  test('an empty history allows anything, and the same again is fine', () => {
    expect(allowedWith('int', [])).toEqual(compatibilityLevels)
    expect(allowedWith(versions[1], versions)).toEqual(compatibilityLevels)
  })

  test.each<[string, unknown, readonly string[]]>([
    ['another type', 'int', ['NONE']],
    [
      'without the field that has no default',
      record(field('b', 'int', { default: 0 })),
      ['NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE'],
    ],
    [
      'a new field without default',
      record(field('a', 'int'), field('b', 'int'), field('c', 'int')),
      ['NONE', 'FORWARD', 'FORWARD_TRANSITIVE'],
    ],
    [
      'the old default gone',
      record(field('a', 'int'), field('b', 'int')),
      ['NONE', 'BACKWARD', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL'],
    ],
  ])('%s', (_, candidate, expected) => {
    expect(allowedWith(candidate, versions)).toEqual(expected)
  })

  test('what stands in the way is told with its direction, the newest version first', () => {
    const history = [record(), record(field('a', 'string'))].map(parseAvroJson)
    const candidate = parseAvroJson(record(field('a', 'int')))
    const told = levelViolations('FULL_TRANSITIVE', candidate, history).map(({ index, direction }) => [
      index,
      direction,
    ])
    expect(told).toEqual([
      [1, 'backward'],
      [1, 'forward'],
      [0, 'backward'],
    ])
  })
})
