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
  const declarations: Declarations = new Map()
  const aliases: string[] = []
  const schemas: string[] = []
  for (const file of files) {
    const base = baseName(file.name)
    const value = inFile(file, () => typeExpression(parseAvro(file.text), declarations))
    const type = pascal(base)
    if (value !== type) aliases.push(`export type ${type} = ${value}`)
    const name = `${type.charAt(0).toLowerCase()}${type.slice(1)}Schema`
    schemas.push(
      `/** The text of ${base}.avsc, as it is registered. */\nexport const ${name} = avroSchema<${type}>(\n  ${quote(minify(file.text))},\n)`,
    )
  }
  const sources = files.map((file) => `${baseName(file.name)}.avsc`).join(', ')
  const texts = [...declarations.values()].map((declaration) => declaration.text)
  const head = `// Generated from ${sources}. Do not edit: change the schema and generate again.\nimport { avroSchema } from 'millrace'`
  return `${[head, ...texts, ...aliases, ...schemas].join('\n\n')}\n`
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
