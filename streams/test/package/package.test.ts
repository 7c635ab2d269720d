/** What is published: one file behind its entry points (build.ts), which loads what it stands on only when it is needed. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildEngine } from '../../build'
import * as index from '../../index'
import * as testing from '../../testing'

const cache = join(__dirname, '..', '..', '..', 'node_modules', '.cache')

describe('the built package', () => {
  let directory: string
  beforeAll(async () => {
    mkdirSync(cache, { recursive: true })
    directory = mkdtempSync(join(cache, 'package-'))
    await buildEngine(directory)
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const run = (program: string, ...options: string[]): unknown =>
    JSON.parse(execFileSync(process.execPath, [...options, '--eval', program], { encoding: 'utf8', cwd: directory }))
  const urlOf = (file: string) => JSON.stringify(pathToFileURL(join(directory, file)).href)

  test.each([
    ['index.js', index],
    ['testing/index.js', testing],
  ])('exports by %s what its source does, to ES modules too', (file, source) => {
    const names = Object.keys(source).sort()
    const printKeys = 'console.log(JSON.stringify(Object.keys(all).sort()))'
    expect(run(`const all = require('./${file}'); ${printKeys}`)).toEqual(names)
    const imported = run(`import * as all from ${urlOf(file)}; ${printKeys}`, '--input-type=module')
    expect((imported as string[]).filter((name) => name !== 'default' && name !== 'module.exports')).toEqual(names)
  })

  test('loads nothing that it depends on before it is needed', () => {
    expect(run(`require('./index.js'); console.log(JSON.stringify(Object.keys(require.cache).length))`)).toBe(2)
  })

  test('is entered by the command', () => {
    const said = execFileSync(process.execPath, [join(directory, 'cli', 'main.js'), '--version'], { encoding: 'utf8' })
    expect(said.trim()).toBe(require('../../package.json').version)
  })

  test('throws errors of one class from all its entry points', () => {
    const program = `
      const { MillraceError, stream, string, topic, topology } = require('./index.js')
      const { testDriver } = require('./testing/index.js')
      const lines = (name) => topic(name, { key: string, value: string })
      const driver = testDriver(topology('copies', [stream(lines('in')).to(lines('out'))]))
      try { driver.input(lines('other')).pipe('a', 'b') } catch (error) { console.log(error instanceof MillraceError) }`
    expect(run(program)).toBe(true)
  })
})
