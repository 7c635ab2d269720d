import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { DocModule } from './modules'

const root = join(__dirname, '..', '..')
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

/** Names that a header imports and the piece does not use. */
const UNUSED = new Set(['TS6133', 'TS6192', 'TS6196'])

/** Passes all modules through the compiler at once, with the project's settings; what it finds, by place in the page. */
export async function compilerErrors(modules: readonly DocModule[], directory: string): Promise<readonly string[]> {
  const config = join(directory, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { types: ['node'], incremental: false },
      include: [],
      exclude: [],
      files: modules.map(({ path }) => path),
    }),
  )
  const output = await new Promise<string>((done) =>
    execFile(
      process.execPath,
      [tsc, '-p', config, '--pretty', 'false'],
      { cwd: root, maxBuffer: 2 ** 26 },
      (_, stdout) => done(stdout),
    ),
  )
  const ours = new Map(modules.map((module) => [module.path, module]))
  return output.split('\n').flatMap((text) => {
    const [, file, line, code, message] = /^(\S+?)\((\d+),\d+\): error (TS\d+): (.*)$/.exec(text) ?? []
    if (file === undefined) return /^error /.test(text) ? [text] : []
    const module = ours.get(resolve(root, file))
    if (module === undefined) return []
    const inHeader = Number(line) < module.block.line
    return inHeader && UNUSED.has(code!) ? [] : [`${module.page}.md:${line}: ${message}`]
  })
}
