import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe as describeTopology } from '../graph/describe'
import { mermaid } from '../graph/mermaid'
import { clickCount } from './fixtures/clicks'
import { type Ended, runCommand } from './run-command'
import { registerTopology } from './topology'

const directory = join(__dirname, 'fixtures')

const millrace = (...args: string[]): Promise<Ended> =>
  runCommand(registerTopology, { directory }, ['topology', ...args])

describe('millrace topology', () => {
  let temporary: string
  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'topology-'))
  })
  afterAll(() => rm(temporary, { recursive: true }))
  const saved = async (name: string, text: string) => {
    await mkdir(join(temporary, name, '..'), { recursive: true })
    await writeFile(join(temporary, name), text)
    return join(temporary, name)
  }

  test('describe prints the text alone, so that it can be piped on', async () => {
    expect(await millrace('describe', 'clicks.ts')).toEqual({ out: describeTopology(clickCount), error: '', code: 0 })
  })

  test('describe --json lists the steps', async () => {
    const { out } = await millrace('describe', 'clicks.ts', '--json')
    expect(JSON.parse(out)).toMatchObject([
      {
        topology: 'click-count',
        subTopologies: [{ id: 0, steps: [{ role: 'source', topics: ['clicks'] }, {}, {}, {}] }],
      },
    ])
  })

  test('mermaid prints the flowchart', async () => {
    expect((await millrace('mermaid', 'clicks.ts')).out).toBe(mermaid(clickCount))
  })

  test('several topologies stand behind their names', async () => {
    expect((await millrace('describe', 'two.ts')).out.match(/^# .*$/gm)).toEqual(['# click-count', '# click-count'])
    expect((await millrace('mermaid', 'two.ts')).out.match(/^%% .*$/gm)).toHaveLength(2)
  })

  test('diff takes modules, saved fingerprints and state directories', async () => {
    const { out } = await millrace('fingerprint', 'clicks.ts')
    const file = await saved('clicks.json', out)
    await saved('state/click-count/fingerprint.json', out)
    for (const before of ['clicks.ts', file, join(temporary, 'state'), join(temporary, 'state', 'click-count')]) {
      expect(await millrace('diff', before, 'clicks.ts')).toEqual({ out: 'no changes\n', error: '', code: 0 })
    }
  })

  test('diff ends with 1 and says what is incompatible', async () => {
    const ended = await millrace('diff', 'clicks.ts', 'clicks-later.ts')
    expect(ended.out).toContain('click-count\n  incompatible: store counts: is gone')
    expect(ended.out).toContain('  compatible: store totals: is new')
    expect(ended.code).toBe(1)
    const { out, code } = await millrace('diff', 'clicks.ts', 'clicks-later.ts', '--json')
    expect(JSON.parse(out)).toMatchObject([{ applicationId: 'click-count', changes: [{ kind: 'incompatible' }, {}] }])
    expect(code).toBe(1)
  })

  test('fingerprint takes another application id, and prints a hash', async () => {
    const { out } = await millrace('fingerprint', 'clicks.ts', '--application-id', 'eu-clicks')
    expect(JSON.parse(out).stores[0].changelog).toBe('eu-clicks-counts-changelog')
    expect((await millrace('fingerprint', 'clicks.ts', '--hash')).out).toMatch(/^[0-9a-f]{64} {2}click-count\n$/)
  })

  test.each([
    ['a module that is not there', 'missing.ts', 'there is no module'],
    ['a module without a topology', 'nothing.ts', 'exports no topology'],
    ['a file that is no fingerprint', 'package.json', 'this is no fingerprint'],
    ['a directory without a fingerprint', '.', 'there is no fingerprint.json'],
  ])('%s ends with 2', async (_, source, message) => {
    await saved('package.json', '{}')
    const path = source === 'package.json' ? join(temporary, source) : source
    const ended = await millrace('diff', path, 'clicks.ts')
    expect(ended.error).toContain(message)
    expect(ended.code).toBe(2)
  })

  test('the installed command loads TypeScript and finds the sources', async () => {
    const command = join(__dirname, '..', 'bin', 'millrace.js')
    const { stdout } = await promisify(execFile)(process.execPath, [
      command,
      'topology',
      'describe',
      join(directory, 'clicks.ts'),
    ])
    expect(stdout).toBe(describeTopology(clickCount))
  }, 30_000)
})
