import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedRegistry, embeddedRegistry } from './embedded'

const schema = (name: string) => JSON.stringify({ type: 'record', name, fields: [] })

let directory: string
let file: string
const opened: EmbeddedRegistry[] = []
const open = () => {
  const registry = embeddedRegistry(directory)
  opened.push(registry)
  return registry
}

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'millrace-registry-')), 'deep', 'inside')
  file = join(directory, 'registry.jsonl')
})
afterEach(() => {
  for (const registry of opened.splice(0)) registry.close()
  rmSync(join(directory, '..', '..'), { recursive: true })
})

describe('a registry in a directory', () => {
  test('is the same after it was opened again', () => {
    const before = open()
    before.register('a-value', schema('A'))
    before.register('b-value', schema('B'))
    before.register('a-key', schema('B'))
    before.setLevel('FULL', 'a-value')
    before.setLevel('NONE')
    before.setLevel('FORWARD', 'b-value')
    before.setLevel(null, 'b-value')
    before.setMode('READONLY', 'z-value')
    before.register('gone', schema('Gone'))
    before.deleteSubject('gone')
    before.deleteSubject('gone', true)
    const needsA = { type: 'array', items: 'A' }
    before.register('list', JSON.stringify(needsA), { references: [{ name: 'A', subject: 'a-value', version: 1 }] })
    before.deleteSubject('a-key')
    before.close()

    const after = open()
    expect(after.subjects('with')).toEqual(['a-value', 'b-value', 'a-key', 'list'])
    expect(after.subjects()).toEqual(['a-value', 'b-value', 'list'])
    expect(after.mode('z-value')).toBe('READONLY')
    expect(after.schemaById(4).referenced).toEqual([{ name: 'A', schema: schema('A') }])
    expect(after.versions('a-value')).toEqual([
      { subject: 'a-value', version: 1, id: 1, type: 'AVRO', schema: schema('A') },
    ])
    expect(after.usesOf(2, 'with').map(({ subject }) => subject)).toEqual(['b-value', 'a-key'])
    expect([after.level('a-value'), after.level('b-value'), after.level()]).toEqual(['FULL', 'NONE', 'NONE'])
    expect(after.register('c-value', schema('C'))).toBe(5)
    expect(after.register('b-value', schema('B'))).toBe(2)
  })

  test('drops a last line that a crash cut off, wherever it was cut', () => {
    const before = open()
    before.register('a-value', schema('A'))
    const whole = readFileSync(file)
    before.register('b-value', schema('B'))
    before.close()
    const both = readFileSync(file)
    for (let length = whole.length; length < both.length; length++) {
      writeFileSync(file, both.subarray(0, length))
      const after = open()
      expect(after.subjects()).toEqual(['a-value'])
      expect(after.register('c-value', schema('C'))).toBe(2)
      after.close()
      const again = open()
      expect(again.subjects()).toEqual(['a-value', 'c-value'])
      again.close()
    }
  })

  test('says where a line in the middle is broken', () => {
    const before = open()
    before.register('a-value', schema('A'))
    before.close()
    appendFileSync(file, '{"kind":\n')
    expect(open).toThrow(
      expect.objectContaining({
        code: 'STATE_CORRUPT',
        message: expect.stringContaining('line 2'),
        details: { file, line: 2 },
      }),
    )
  })

  test('is of one at a time', () => {
    const first = open()
    expect(open).toThrow(expect.objectContaining({ code: 'STATE_LOCKED', details: { directory, pid: process.pid } }))
    first.close()
    expect(open().subjects()).toEqual([])
  })

  test('is an outage where the disk refuses, and changes nothing', () => {
    writeFileSync(join(directory, '..', '..', 'file'), '')
    const under = join(directory, '..', '..', 'file', 'inside')
    expect(() => embeddedRegistry(under)).toThrow(
      expect.objectContaining({ name: 'OutageError', code: 'REGISTRY_UNAVAILABLE' }),
    )
  })

  test('takes nothing once it is closed', () => {
    const registry = open()
    registry.close()
    expect(() => registry.register('a-value', schema('A'))).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(registry.subjects()).toEqual([])
  })
})
