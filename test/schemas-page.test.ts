/** Does what docs/schemas.md tells its reader to do, in an empty directory, and compares what the commands print. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

jest.setTimeout(240_000)

const root = join(__dirname, '..')
const page = readFileSync(join(root, 'docs', 'schemas.md'), 'utf8')

interface Block {
  readonly line: number
  /** Where the code is to be saved; absent for commands. */
  readonly file?: string
  readonly code: string
}

const blocks: readonly Block[] = [...page.matchAll(/^```(console|\w+ file=(\S+))\n([\s\S]*?)^```$/gm)].map((match) => ({
  line: page.slice(0, match.index).split('\n').length,
  ...(match[2] !== undefined && { file: match[2] }),
  code: match[3]!,
}))

interface Step {
  readonly command: string
  readonly printed: string
}

/** A line that begins with `$ ` is a command; what follows is what it prints. */
const stepsOf = (code: string): readonly Step[] =>
  code
    .split(/^\$ /m)
    .slice(1)
    .map((text) => ({ command: text.split('\n')[0]!, printed: text.split('\n').slice(1).join('\n') }))

const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'reader',
  GIT_AUTHOR_EMAIL: 'reader@example.org',
  GIT_COMMITTER_NAME: 'reader',
  GIT_COMMITTER_EMAIL: 'reader@example.org',
  KAFKA_SCHEMA_REGISTRY: '',
  npm_config_loglevel: 'error',
}

let directory: string
let exitCode = 0
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-page-'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  writeFileSync(join(directory, '.gitignore'), 'node_modules\n')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** What it prints on its standard output. `$?` is that of the command before, as in a terminal. */
function run(command: string): Promise<string> {
  const script = `(exit ${exitCode}); ${command}`
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { cwd: directory, env: environment }, (error, stdout) => {
      exitCode = error === null ? 0 : Number(error.code)
      resolve(stdout)
    })
  })
}

test('the page has its steps', () => {
  expect(page.match(/^### \d\. /gm)).toHaveLength(5)
  expect(blocks.filter(({ file }) => file === undefined).length).toBeGreaterThan(5)
})

test.each(blocks.map((block) => [block.line, block] as const))('line %i', async (_, { file, code }) => {
  if (file !== undefined) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), code)
    return
  }
  for (const { command, printed } of stepsOf(code)) {
    expect({ command, printed: await run(command) }).toEqual({ command, printed })
  }
})

test('the workflow runs commands that the page has shown', () => {
  const workflow = blocks.find(({ file }) => file?.endsWith('.yml'))!
  const commands = [...workflow.code.matchAll(/run: (npx millrace .*)/g)].map(([, command]) => command)
  expect(commands).toHaveLength(3)
  const shown = blocks
    .flatMap(({ file, code }) => (file === undefined ? stepsOf(code) : []))
    .map(({ command }) => command)
  expect(shown).toEqual(expect.arrayContaining(commands))
})
