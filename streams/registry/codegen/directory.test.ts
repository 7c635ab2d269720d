import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkGenerated, writeGenerated } from './directory'

let from: string
let to: string
beforeEach(() => {
  from = mkdtempSync(join(tmpdir(), 'millrace-codegen-'))
  to = join(from, 'generated')
  writeFileSync(join(from, 'one.avsc'), '{"type":"record","name":"One","fields":[]}')
  writeFileSync(join(from, 'two.avsc'), '"int"')
  writeFileSync(join(from, 'README.md'), 'no schema')
})
afterEach(() => rmSync(from, { recursive: true }))

test('generated modules are written where they are stale, and only then', () => {
  expect(checkGenerated({ from, to })).toEqual({
    modules: ['one.ts', 'two.ts'],
    stale: ['one.ts', 'two.ts'],
    orphaned: [],
  })
  expect(existsSync(to)).toBe(false)
  writeGenerated({ from, to })
  expect(readdirSync(to)).toEqual(['one.ts', 'two.ts'])
  expect(checkGenerated({ from, to }).stale).toEqual([])

  writeFileSync(join(from, 'two.avsc'), '"string"')
  expect(writeGenerated({ from, to }).stale).toEqual(['two.ts'])
  expect(readFileSync(join(to, 'two.ts'), 'utf8')).toContain('export type Two = string')
})

test('a module whose schema is gone goes too', () => {
  writeGenerated({ from, to })
  rmSync(join(from, 'one.avsc'))
  expect(checkGenerated({ from, to }).orphaned).toEqual(['one.ts'])
  writeGenerated({ from, to })
  expect(readdirSync(to)).toEqual(['two.ts'])
})

test('a schema that is none is told by its file, and nothing is written', () => {
  writeFileSync(join(from, 'bad.avsc'), '{')
  expect(() => writeGenerated({ from, to })).toThrow('bad.avsc: ')
  expect(existsSync(to)).toBe(false)
})
