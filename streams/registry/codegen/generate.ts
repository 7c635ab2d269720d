/** TypeScript from .avsc files: the types of the values, the schemas themselves and their serdes. */
import { messageOf, TerminalError } from '../../errors'
import { parseJson, plainJson } from '../avro/json'
import { parseAvro } from '../avro/parse'
import type { AvroType } from '../avro/schema'
import { minify } from '../avro/text'
import { quote } from './literals'
import { type DeclaredType, declaredTypes, free, pascal, typeNames } from './names'
import { type Definition, definitionsIn, standingAlone } from './references'
import { construction, declaration, type SchemaValues, typeExpression, type Writing } from './types'

/** A schema file: `order-event.avsc` makes the type `OrderEvent`, the schema `orderEventSchema` and the serde `orderEventSerde`. */
export interface SchemaFile {
  readonly name: string
  /** The text of the file. */
  readonly text: string
}

export interface TypesOptions extends SchemaValues {
  /** Files whose types may be mentioned; each has a module of its own beside this one, from which they are imported. */
  readonly others?: readonly SchemaFile[]
}

/**
 * One TypeScript module for these schema files: an interface per record, enums as unions of literals (an enum with one
 * symbol is that literal, so that a union of records that each have one is a discriminated union), docs as comments; for
 * a record with defaults a type in which they may be left out and a function that puts them in; and for each file its
 * schema as text together with the type of its values, and its serde. The same files give the same text.
 * @throws TerminalError SCHEMA_INVALID, naming the file; also where two files define one type differently
 */
export function generateTypes(files: readonly SchemaFile[], options: TypesOptions = {}): string {
  const { others = [], ...values } = options
  const lookup = definitionsOf(others)
  const parts = files.map((file) => inFile(file, () => partOf(file, lookup)))
  const all = declaredTypes(parts.map(({ type }) => type))
  const writing: Writing = {
    names: typeNames(all.map(({ name }) => name)),
    values,
    used: new Set(['avro', 'avroSchema']),
  }
  const home = new Set(parts.flatMap(({ definitions }) => [...definitions.keys()]))
  const texts = declarations(parts, home, writing)
  const taken = new Set([...writing.names.values(), ...texts.keys()])
  const ends = parts.map((part) => endOf(part, taken, writing))
  const sources = parts.map(({ base }) => `${base}.avsc`).join(', ')
  const head = [
    `// Generated from ${sources}. Do not edit: change the schema and generate again.`,
    `import { ${[...writing.used].sort(byName).join(', ')} } from 'millrace'`,
    ...imports(
      all.filter(({ name }) => !home.has(name)),
      lookup,
      writing,
    ),
  ].join('\n')
  return `${[head, ...texts.values(), ...ends].join('\n\n')}\n`
}

/** What one file adds to the module. */
interface Part {
  readonly file: SchemaFile
  readonly base: string
  readonly type: AvroType
  /** As it is registered: with what it mentions of other files. */
  readonly text: string
  readonly definitions: ReadonlyMap<string, Definition>
}

function partOf(file: SchemaFile, others: ReadonlyMap<string, Definition>): Part {
  const base = baseName(file.name)
  const json = parsed(file.text)
  const foreign = new Map([...others].filter(([, { file: from }]) => from !== base))
  const whole = json === undefined ? undefined : standingAlone(json, foreign)
  const text = whole === undefined ? minify(file.text) : JSON.stringify(whole)
  return { file, base, text, type: parseAvro(text), definitions: definitionsIn(base, json) }
}

/** As schemas may be written, with comments. What is no JSON is refused by the parser of schemas, in words of its own. */
function parsed(text: string): unknown {
  try {
    return plainJson(parseJson(text))
  } catch {
    return undefined
  }
}

function definitionsOf(files: readonly SchemaFile[]): ReadonlyMap<string, Definition> {
  return new Map(files.flatMap(({ name, text }) => [...definitionsIn(baseName(name), parsed(text))]))
}

/** The declarations of the module's own types, a type before its users, by their names; each once. */
function declarations(
  parts: readonly Part[],
  home: ReadonlySet<string>,
  writing: Writing,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  const bodies = new Map<string, string>()
  for (const { file, type } of parts) {
    for (const declared of partsFirst(type).filter(({ name }) => home.has(name))) {
      const text = declaration(declared, writing)
      const name = writing.names.get(declared.name)!
      if ((bodies.get(name) ?? text) !== text) inFile(file, () => refuseDifference(name))
      bodies.set(name, text)
      const inputName = free(`${name}Input`, new Set([...writing.names.values(), ...texts.keys()]))
      const making = texts.has(name) ? undefined : construction(declared, inputName, writing)
      if (!texts.has(name)) texts.set(name, making === undefined ? text : `${text}\n\n${making}`)
    }
  }
  return texts
}

function refuseDifference(name: string): never {
  const message = `${name} is declared twice, differently; generate the files as separate modules or rename one`
  throw new TerminalError('SCHEMA_INVALID', message)
}

/** The declared types of a schema, those that a type mentions before it; a type that mentions itself comes once. */
function partsFirst(root: AvroType): readonly DeclaredType[] {
  const ordered = new Map<string, DeclaredType>()
  const begun = new Set<AvroType>()
  const walk = (type: AvroType): void => {
    if (type.kind === 'array') walk(type.items)
    else if (type.kind === 'map') walk(type.values)
    else if (type.kind === 'union') for (const branch of type.branches) walk(branch)
    else if (type.kind === 'enum' && type.symbols.length > 1) ordered.set(type.name, type)
    else if (type.kind === 'record' && !begun.has(type)) {
      begun.add(type)
      for (const field of type.fields) walk(field.type)
      ordered.set(type.name, type)
    }
  }
  walk(root)
  return [...ordered.values()]
}

/** What the file stands for: the type of its values, its schema, its serde. */
function endOf({ base, type, text }: Part, taken: Set<string>, writing: Writing): string {
  const expression = typeExpression(type, writing)
  const wanted = pascal(base)
  const name = expression === wanted ? wanted : free(taken.has(wanted) ? `${wanted}Value` : wanted, taken)
  taken.add(name)
  const constant = wanted.charAt(0).toLowerCase() + wanted.slice(1)
  const { values } = writing
  const given = Object.keys(values).length === 0 ? '' : `  ${JSON.stringify(values)},\n`
  return [
    ...(expression === name ? [] : [`export type ${name} = ${expression}\n`]),
    `/** The text of ${base}.avsc, as it is registered. */`,
    `export const ${constant}Schema = avroSchema<${name}>(\n  ${quote(text)},\n${given})`,
    '',
    `export const ${constant}Serde = avro(${constant}Schema)`,
  ].join('\n')
}

function imports(
  foreign: readonly DeclaredType[],
  lookup: ReadonlyMap<string, Definition>,
  { names }: Writing,
): readonly string[] {
  const byFile = new Map<string, string[]>()
  for (const { name } of foreign) {
    const { file } = lookup.get(name)!
    const own = typeNames([...lookup].flatMap(([full, from]) => (from.file === file && isDeclared(from) ? [full] : [])))
    const there = own.get(name)!
    const here = names.get(name)!
    byFile.set(file, [...(byFile.get(file) ?? []), here === there ? here : `${there} as ${here}`])
  }
  return [...byFile]
    .sort(([one], [other]) => byName(one, other))
    .map(([file, types]) => `import type { ${types.sort(byName).join(', ')} } from './${file}'`)
}

function isDeclared({ schema }: Definition): boolean {
  if (schema.type === 'fixed') return false
  return schema.type !== 'enum' || (Array.isArray(schema.symbols) && schema.symbols.length > 1)
}

/** As Biome sorts what is imported: `type` before a name makes no difference. */
function byName(one: string, other: string): number {
  const [a, b] = [one, other].map((name) => name.replace(/^type /, '').toLowerCase()) as [string, string]
  return a < b ? -1 : a > b ? 1 : one < other ? -1 : 1
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
