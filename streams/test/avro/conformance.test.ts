import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkVectors } from './check'
import { readVectors, type Vectors, vectorDirectory } from './vectors'

/** Of `"int"`. */
const intSha = '3f2b87a9fe7cc9b13835598c3981cd45e3e355309e5090aa0933d7becb6fba45'

const vectors = readVectors(vectorDirectory())

test.each(checkVectors(vectors).map((report) => [report.kind, report] as const))(
  "%s: every answer is Java's",
  (_, report) => {
    expect(report.differences).toEqual([])
    expect(report.passed).toBe(report.vectors)
    expect(report.vectors).toBeGreaterThan(0)
  },
)

/** The runner itself: each kind of wrong answer is noticed. */
describe('a vector that says otherwise is a difference', () => {
  const only = (part: Partial<Vectors>) =>
    checkVectors({ compatibility: [], history: [], resolution: [], parse: [], ...part }).flatMap(
      ({ kind, differences }) => (part[kind] ? differences.map(({ difference }) => difference) : []),
    )
  const int = { id: 'x', reader: '"int"', writer: '"int"' }
  const read = { ...int, compatible: true, hex: '02', decodedAsWriter: 1, decodedAsReader: 1 }
  const levels = { BACKWARD: true, FORWARD: true, FULL: true, NONE: true }
  const transitive = { BACKWARD_TRANSITIVE: true, FORWARD_TRANSITIVE: true, FULL_TRANSITIVE: true }
  const parse = { id: 'x', schema: 'int', valid: true, canonical: '"int"', crc64: '7275d51a3f395c8f' }

  test('compatibility', () => {
    expect(only({ compatibility: [{ ...int, verdict: 'INCOMPATIBLE', incompatibilities: [] }] })).toEqual([
      expect.stringMatching(/^verdict/),
    ])
    const reason = { type: 'TYPE_MISMATCH', location: '/items' }
    expect(
      only({ compatibility: [{ ...int, reader: '"null"', verdict: 'INCOMPATIBLE', incompatibilities: [reason] }] }),
    ).toEqual([expect.stringMatching(/^reasons/)])
  })

  test('history', () => {
    const vector = { id: 'x', versions: ['"int"'], candidate: '"string"', verdicts: { ...levels, ...transitive } }
    expect(only({ history: [vector] })).toEqual([expect.stringMatching(/^verdicts/)])
  })

  test.each([
    ['compatible', { compatible: false }],
    ['decoded as writer', { decodedAsWriter: 2 }],
    ['decoded as reader', { decodedAsReader: '1' }],
    ['decoded as reader', { error: true }],
    ['threw', { hex: '' }],
    ['threw', { writer: '"nothing"' }],
    ['logical', { reader: '{"type":"int","logicalType":"date"}', logicalAsReader: '1970-01-01' }],
  ])('resolution: %s %j', (what, change) => {
    expect(only({ resolution: [{ ...read, ...change }] })).toEqual([expect.stringContaining(what)])
  })

  test.each([
    ['canonical form', { canonical: '"long"' }],
    ['CRC-64', { crc64: '0000000000000000' }],
    ['SHA-256', { sha256: '00' }],
    ['takes it', { valid: false }],
    ['refuses it', { schema: 'nothing' }],
    ['logical type', { schema: { type: 'int', logicalType: 'date' }, sha256: intSha, logicalType: null }],
  ])('parsing: %s', (what, change) => {
    expect(only({ parse: [{ ...parse, sha256: intSha, ...change }] })).toEqual([expect.stringContaining(what)])
  })

  test('a file that is missing or empty has not passed', () => {
    const directory = mkdtempSync(join(tmpdir(), 'avro-vectors-'))
    expect(() => readVectors(directory)).toThrow('there is no')
    for (const kind of ['compatibility', 'history', 'resolution', 'parse'])
      writeFileSync(join(directory, `${kind}.json`), '[]')
    const reports = checkVectors(readVectors(directory))
    expect(reports.every(({ differences }) => differences.length === 1)).toBe(true)
  })
})
