/** TypeScript from .avsc files: the types of the values and the schemas themselves, ready for `avro()`. */
import { messageOf, TerminalError } from '../../errors'
import { parseAvro } from '../avro/parse'
import { minify } from '../avro/text'
import { type Declarations, typeExpression } from './types'

/** A schema file: `order-event.avsc` makes the type `OrderEvent` and the schema `orderEventSchema`. */
export interface SchemaFile {
  readonly name: string
  /** The text of the file. */
  readonly text: string
}

/**
 * One TypeScript module for these schema files: an interface per record, enums as unions of literals (an enum with one
 * symbol is that literal, so that a union of records that each have one is a discriminated union), decimals and uuids as
 * strings, dates as ISO text, timestamps as numbers, docs as comments, and for each file its schema as text together with
 * the type of its values, ready for `avro()`.
 * @throws TerminalError SCHEMA_INVALID, naming the file; also where two types would have one name in the module
 */
export function generateTypes(files: readonly SchemaFile[]): string {
  const parts = files.map((file) => inFile(file, () => partOf(file)))
  const texts = new Map<string, string>()
  for (const part of parts) inFile(part.file, () => merge(texts, part))
  const sources = files.map((file) => `${baseName(file.name)}.avsc`).join(', ')
  const head = `// Generated from ${sources}. Do not edit: change the schema and generate again.\nimport { avroSchema } from 'millrace'`
  return `${[head, ...texts.values(), ...parts.map(schemaText)].join('\n\n')}\n`
}

/** What one file adds to the module. */
interface Part {
  readonly file: SchemaFile
  /** The name of the type of its values. */
  readonly type: string
  /** By their names in TypeScript. */
  readonly texts: readonly (readonly [name: string, text: string])[]
}

function partOf(file: SchemaFile): Part {
  const declarations: Declarations = new Map()
  const value = typeExpression(parseAvro(file.text), declarations)
  const type = pascal(baseName(file.name))
  const texts = [...declarations.values()].map(({ name, text }) => [name, text] as const)
  return { file, type, texts: value === type ? texts : [...texts, [type, `export type ${type} = ${value}`]] }
}

/** Files may share types, as long as they say the same of them. */
function merge(texts: Map<string, string>, part: Part): void {
  for (const [name, text] of part.texts) {
    if ((texts.get(name) ?? text) !== text) {
      const message = `${name} is declared twice, differently; generate the files as separate modules or rename one`
      throw new TerminalError('SCHEMA_INVALID', message)
    }
    texts.set(name, text)
  }
}

function schemaText({ file, type }: Part): string {
  const name = `${type.charAt(0).toLowerCase()}${type.slice(1)}Schema`
  const doc = `/** The text of ${baseName(file.name)}.avsc, as it is registered. */`
  return `${doc}\nexport const ${name} = avroSchema<${type}>(\n  ${quote(minify(file.text))},\n)`
}

function inFile<T>(file: SchemaFile, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new TerminalError('SCHEMA_INVALID', `${file.name}: ${messageOf(cause)}`, {
      cause,
      details: { file: file.name },
    })
  }
}

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1).replace(/\.avsc$/, '')
}

function pascal(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
