import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAvro, parseAvroJson } from '../avro/parse'
import { checkCompatibility } from '../compatibility'
import { explain } from './explain'

interface Vector {
  readonly id: string
  readonly reader: unknown
  readonly writer: unknown
}

const file = join(__dirname, '..', '..', 'test', 'avro', 'vectors', 'compatibility.json')
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8'))
const typeOf = (schema: unknown) =>
  typeof schema === 'string' && /^[[{"]/.test(schema) ? parseAvro(schema) : parseAvroJson(schema)

test('there is a reason exactly where Avro says that it does not fit', () => {
  expect(vectors.length).toBeGreaterThan(100)
  const wrong = vectors.filter(({ reader, writer }) => {
    const [read, written] = [typeOf(reader), typeOf(writer)]
    return (explain(read, written).length === 0) !== checkCompatibility(read, written).compatible
  })
  expect(wrong.map(({ id }) => id)).toEqual([])
})

const record = (name: string, ...fields: readonly object[]) => ({ type: 'record', name, namespace: 'n', fields })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const reasons = (reader: unknown, writer: unknown) =>
  explain(parseAvroJson(reader), parseAvroJson(writer)).map(({ rule, path, type, field: of }) => ({
    rule,
    path,
    type,
    field: of,
  }))

describe('a reason', () => {
  test.each<[string, unknown, unknown, object]>([
    [
      'names the field',
      record('R', field('a', 'int')),
      record('R'),
      { rule: 'READER_FIELD_MISSING_DEFAULT_VALUE', path: 'R.a', type: 'n.R', field: 'a' },
    ],
    [
      'goes into lists, maps and records',
      record('R', field('l', { type: 'array', items: { type: 'map', values: record('I', field('a', 'int')) } })),
      record('R', field('l', { type: 'array', items: { type: 'map', values: record('I', field('a', 'string')) } })),
      { rule: 'TYPE_MISMATCH', path: 'R.l[]{}.a', type: 'n.I', field: 'a' },
    ],
    [
      'goes into the branch of that name',
      [record('A'), record('B', field('x', 'int'))],
      [record('A'), record('B', field('x', 'string'))],
      { rule: 'TYPE_MISMATCH', path: 'B.x', type: 'n.B', field: 'x' },
    ],
    [
      'names the branch that is not there',
      [record('A')],
      [record('A'), record('B')],
      { rule: 'MISSING_UNION_BRANCH', path: 'B', type: 'n.B', field: undefined },
    ],
    [
      'goes into an optional field',
      record('R', field('o', ['null', record('I', field('a', 'int'))])),
      record('R', field('o', ['null', record('I', field('a', 'string'))])),
      { rule: 'TYPE_MISMATCH', path: 'R.o.a', type: 'n.I', field: 'a' },
    ],
    [
      'follows an alias',
      record('R', field('b', record('I', field('a', 'int')), { aliases: ['old'] })),
      record('R', field('old', record('I', field('a', 'string')))),
      { rule: 'TYPE_MISMATCH', path: 'R.b.a', type: 'n.I', field: 'a' },
    ],
    [
      'names the enum',
      { type: 'enum', name: 'E', symbols: ['A'] },
      { type: 'enum', name: 'E', symbols: ['A', 'B'] },
      { rule: 'MISSING_ENUM_SYMBOLS', path: 'E', type: 'E', field: undefined },
    ],
    ['has a place even without names', 'int', 'string', { rule: 'TYPE_MISMATCH', path: '', type: undefined }],
  ])('%s', (_, reader, writer, expected) => {
    expect(reasons(reader, writer)).toEqual([expect.objectContaining(expected)])
  })

  test('says which fields of the writer are meant by one', () => {
    const reader = record('R', field('a', 'int', { aliases: ['b'] }))
    const writer = record('R', field('a', 'int'), field('b', 'int'))
    expect(reasons(reader, writer)).toEqual([
      expect.objectContaining({ rule: 'AMBIGUOUS_FIELD', path: 'R.a', type: 'n.R', field: 'a' }),
    ])
  })

  test('comes to an end in a recursive schema', () => {
    const list = (type: string) => record('L', field('v', type), field('next', ['null', 'n.L']))
    expect(reasons(list('int'), list('string'))).toEqual([
      { rule: 'TYPE_MISMATCH', path: 'L.v', type: 'n.L', field: 'v' },
    ])
  })
})
