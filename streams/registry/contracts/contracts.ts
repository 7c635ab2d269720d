/** A directory of .avsc files as contracts: which subject each is of, and what it needs of the others. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError, messageOf, TerminalError } from '../../errors'
import { parseAvro } from '../avro/parse'
import type { AvroType } from '../avro/schema'
import { minify } from '../avro/text'
import { type Definition, definitionsIn, standingAlone } from '../codegen/references'
import type { CompatibilityLevel } from '../levels'
import { type Manifest, readManifest } from './manifest'

/** The text of a schema file. */
export interface SchemaSource {
  /** Relative to the directory. */
  readonly file: string
  readonly text: string
}

export interface Contract extends SchemaSource {
  readonly subject: string
  readonly level: CompatibilityLevel
  /** As it is registered: with what it mentions of other files put in. */
  readonly schema: string
}

export interface Contracts {
  readonly directory: string
  /** In the order of their subjects. */
  readonly contracts: readonly Contract[]
  /** All schema files, those that only hold types for the others too. */
  readonly sources: readonly SchemaSource[]
  /** The level of all that do not say otherwise. */
  readonly level: CompatibilityLevel
}

export interface ReadOptions {
  /** Another file than `schemas.json` in the directory. */
  readonly manifest?: string
}

/** @throws MillraceError CONFIG_INVALID for the directory or its manifest */
export function readContracts(directory: string, options: ReadOptions = {}): Contracts {
  const manifest = readManifest(directory, options.manifest)
  const sources = readSources(directory)
  for (const [subject, { file }] of Object.entries(manifest.subjects ?? {})) {
    if (!sources.some((source) => source.file === file))
      throw new MillraceError('CONFIG_INVALID', `subject ${subject}: there is no file ${join(directory, file)}`)
  }
  return contractsIn(directory, manifest, sources)
}

/** Those of the manifest's subjects of which there is a file. */
export function contractsIn(directory: string, manifest: Manifest, sources: readonly SchemaSource[]): Contracts {
  const { compatibility: level = 'BACKWARD' } = manifest
  const definitions = allDefinitions(sources)
  const contracts = subjectsOf(manifest, sources).flatMap(([subject, file, own]) => {
    const source = sources.find((one) => one.file === file)
    return source ? [{ ...source, subject, level: own ?? level, schema: schemaOf(source, definitions) }] : []
  })
  return { directory, contracts, sources, level }
}

/** The .avsc files of a directory, not of those below it. @throws MillraceError CONFIG_INVALID */
export function readSources(directory: string): readonly SchemaSource[] {
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new MillraceError('CONFIG_INVALID', `there is no directory ${directory}`)
  const files = readdirSync(directory).filter((name) => name.endsWith('.avsc'))
  return files.sort().map((file) => ({ file, text: readFileSync(join(directory, file), 'utf8') }))
}

type Named = readonly [subject: string, file: string, level?: CompatibilityLevel]

function subjectsOf({ subjects }: Manifest, sources: readonly SchemaSource[]): readonly Named[] {
  if (subjects === undefined) return sources.map(({ file }) => [file.replace(/\.avsc$/, ''), file])
  return Object.entries(subjects)
    .map(([subject, { file, compatibility }]): Named => [subject, file, compatibility])
    .sort(([one], [other]) => (one < other ? -1 : 1))
}

/** The types of all files, by full name; one of a file that is no JSON is not there. */
function allDefinitions(sources: readonly SchemaSource[]): ReadonlyMap<string, Definition> {
  return new Map(
    sources.flatMap(({ file, text }) => {
      const json = parsed(text)
      return json === undefined ? [] : [...definitionsIn(file, json)]
    }),
  )
}

/** What a file says together with what it mentions of the others, as one text. */
export function standaloneOf(source: SchemaSource, sources: readonly SchemaSource[]): string {
  return schemaOf(source, allDefinitions(sources))
}

function schemaOf({ file, text }: SchemaSource, definitions: ReadonlyMap<string, Definition>): string {
  const json = parsed(text)
  const others = new Map([...definitions].filter(([, definition]) => definition.file !== file))
  const whole = json === undefined ? undefined : standingAlone(json, others)
  return whole === undefined ? minify(text) : JSON.stringify(whole)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @throws TerminalError SCHEMA_INVALID, naming the file */
export function typeOf({ file, schema }: Pick<Contract, 'file' | 'schema'>): AvroType {
  try {
    return parseAvro(schema)
  } catch (cause) {
    throw new TerminalError('SCHEMA_INVALID', `${file}: ${messageOf(cause)}`, { cause, details: { file } })
  }
}
