import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateTypes } from './generate'
import type { SchemaValues } from './types'

/** With how longs, logical types and unions look, where that is not the default. */
export interface GenerateOptions extends SchemaValues {
  /** The folder with the .avsc files. */
  readonly from: string
  /** The folder of the generated modules; it holds nothing else. */
  readonly to: string
}

/** What is not as it would be generated: `stale` differs or is missing, `orphaned` has no schema file any more. */
export interface GenerationReport {
  readonly modules: readonly string[]
  readonly stale: readonly string[]
  readonly orphaned: readonly string[]
}

/** Compares the generated modules with their schema files and writes nothing: for continuous integration. */
export function checkGenerated(options: GenerateOptions): GenerationReport {
  const wanted = modulesOf(options)
  const present = readFolder(options.to, '.ts')
  return {
    modules: [...wanted.keys()],
    stale: [...wanted].filter(([name, text]) => present.get(name) !== text).map(([name]) => name),
    orphaned: [...present.keys()].filter((name) => !wanted.has(name)),
  }
}

/** Writes one module per schema file and removes those whose schema file is gone. @throws TerminalError SCHEMA_INVALID */
export function writeGenerated(options: GenerateOptions): GenerationReport {
  const report = checkGenerated(options)
  const wanted = modulesOf(options)
  mkdirSync(options.to, { recursive: true })
  for (const name of report.stale) writeFileSync(join(options.to, name), wanted.get(name) ?? '')
  for (const name of report.orphaned) rmSync(join(options.to, name))
  return report
}

/** A file may mention the types of the others in its folder. */
function modulesOf({ from, to, ...values }: GenerateOptions): ReadonlyMap<string, string> {
  const files = [...readFolder(from, '.avsc')].map(([name, text]) => ({ name, text }))
  return new Map(
    files.map((file) => [file.name.replace(/\.avsc$/, '.ts'), generateTypes([file], { others: files, ...values })]),
  )
}

function readFolder(folder: string, extension: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    if (name.endsWith(extension)) files.set(name, readFileSync(join(folder, name), 'utf8'))
  }
  return files
}
