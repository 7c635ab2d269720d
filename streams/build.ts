/**
 * Makes `dist`, what the package consists of: the engine in one file, since a start that loads some four hundred takes five times as
 * long; beside it the small files by which it is entered; and its types, which tsc makes.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

/** All but the types. */
export async function buildEngine(directory: string): Promise<void> {
  const engine = join(directory, 'engine.js')
  await build({
    entryPoints: [join(__dirname, 'engine.ts')],
    outfile: engine,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // Our dependencies stay what they are: installed beside us, and loaded when they are first needed.
    packages: 'external',
    sourcemap: 'linked',
  })
  const { index, testing } = require(engine) as typeof import('./engine')
  write(directory, 'index.js', exportsOf('./engine.js', 'index', index))
  write(directory, 'testing/index.js', exportsOf('../engine.js', 'testing', testing))
  write(directory, 'thread.js', `void require('./engine.js').runThread()`)
  write(directory, 'cli/main.js', `void require('../engine.js').runMillrace()`)
}

/** ES modules see the names of a CommonJS module only where they stand in its text, if only behind a `0 &&`. */
function exportsOf(engine: string, part: string, names: object): string {
  const all = Object.keys(names).join(', ')
  return `module.exports = require('${engine}').${part}\n0 && (module.exports = { ${all} })`
}

function write(directory: string, file: string, text: string): void {
  const path = join(directory, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${text}\n`)
}

function declareTypes(): void {
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
  execFileSync(process.execPath, [tsc, '-p', join(__dirname, 'tsconfig.build.json')], { stdio: 'inherit' })
}

async function main(): Promise<void> {
  const dist = join(__dirname, 'dist')
  rmSync(dist, { recursive: true, force: true })
  await buildEngine(dist)
  declareTypes()
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error)
    process.exit(1)
  })
}
