import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const engine = join(__dirname, '..', '..')
const project = join(engine, '..')

/** The compiler's report; empty where there is nothing to report. */
function tsc(...args: string[]): Promise<string> {
  const compiler = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...args, '--pretty', 'false'], { cwd: project }, (_, out, error) =>
      resolve(out + error),
    )
  })
}

describe('the types of the language', () => {
  jest.setTimeout(60_000)
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'types-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  test('let through what is right, refuse what is wrong, and name a handle by what it carries', async () => {
    const outDir = join(directory, 'declarations')
    const report = await tsc(
      ...['-p', join(__dirname, 'tsconfig.json'), '--noEmit', 'false', '--declaration', '--emitDeclarationOnly'],
      ...['--rootDir', engine, '--outDir', outDir],
    )
    expect(report).toBe('')
    const shown = await readFile(join(outDir, 'test', 'types', 'hover.d.ts'), 'utf8')
    const handles = shown.replaceAll(/import\("[^"]*"\)\./g, '').match(/^export declare const .*$/gm)
    expect(handles).toEqual([
      'export declare const orders: Stream<string, Order>;',
      'export declare const kept: Stream<string, Order>;',
      'export declare const amounts: Stream<string, number>;',
      'export declare const byCustomer: Stream<string, number>;',
      'export declare const small: Stream<string, Order>, large: Stream<string, Order>;',
      'export declare const merged: Stream<string, number>;',
      'export declare const repartitioned: Stream<string, number>;',
      'export declare const perCustomer: Table<string, number>;',
      'export declare const rising: Table<string, number>;',
      'export declare const changes: Stream<string, number | null>;',
    ])
  })

  test('the errors can be read: where a directive says what, the compiler says it', async () => {
    const sources = (await readdir(__dirname)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    const expected = (await Promise.all(sources.map((file) => bared(file, directory)))).flat()
    await writeFile(
      join(directory, 'tsconfig.json'),
      JSON.stringify({
        extends: join(project, 'tsconfig.json'),
        compilerOptions: { typeRoots: [join(project, 'node_modules', '@types')] },
        include: ['*.ts'],
      }),
    )
    const errors = errorsIn(await tsc('-p', join(directory, 'tsconfig.json')))
    const silent = expected.filter(
      ({ file, line, says }) =>
        !errors.some(
          (error) =>
            error.file === file && error.line >= line && error.line <= line + SPAN && error.text.includes(says),
        ),
    )
    expect(
      silent.map((one) => ({
        ...one,
        said: errors.filter(({ file, line }) => file === one.file && line >= one.line && line <= one.line + SPAN),
      })),
    ).toEqual([])
    expect(expected.length).toBeGreaterThan(15)
  })
})

/** An error stands within the statement behind its directive. */
const SPAN = 3

interface Said {
  readonly file: string
  readonly line: number
  readonly says: string
}

/** Copies a file without its directives, line by line, and gives what they say the compiler will say. */
async function bared(file: string, to: string): Promise<readonly Said[]> {
  const text = await readFile(join(__dirname, file), 'utf8')
  const lines = text.split('\n')
  const without = lines.map((line) => line.replace('@ts-expect-error', '')).join('\n')
  await writeFile(join(to, file), without.replaceAll("'../../", `'${engine}/`))
  return lines.flatMap((line, index) => {
    const says = /@ts-expect-error.*says: (.*)$/.exec(line)?.[1]
    return says === undefined ? [] : [{ file, line: index + 2, says }]
  })
}

interface Reported {
  readonly file: string
  readonly line: number
  readonly text: string
}

/** An error's first line names its place; the lines that explain it are indented. */
function errorsIn(report: string): readonly Reported[] {
  return report.split(/\n(?=\S)/).flatMap((text) => {
    const [, path, line] = /^(.*)\((\d+),\d+\): error/.exec(text) ?? []
    return path === undefined ? [] : [{ file: path.replace(/^.*[/\\]/, ''), line: Number(line), text }]
  })
}
