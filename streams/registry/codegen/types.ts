/** How an Avro type is written in TypeScript. */
import { formOf, type LogicalForm, typescriptOf, type ValueOptions } from '../avro/forms'
import { type AvroType, branchName, type LogicalType, type RecordField } from '../avro/schema'
import { defaultLiteral } from './literals'
import type { DeclaredType } from './names'

/** How the values look; the serde of a generated schema gives and takes them so. */
export interface SchemaValues extends ValueOptions {
  /** `wrapped`: `{ [branch]: value }`, for unions whose branches look alike. Default plain. */
  readonly unions?: 'plain' | 'wrapped'
}

export interface Writing {
  /** What declared types are called, by full name. */
  readonly names: ReadonlyMap<string, string>
  readonly values: SchemaValues
  /** What the module imports from millrace; filled while it is written. */
  readonly used: Set<string>
}

/** The type expression of a schema. */
export function typeExpression(type: AvroType, writing: Writing): string {
  const formed = typescriptOf(formOf(type, writing.values))
  if (formed !== undefined) return formed
  switch (type.kind) {
    case 'null':
    case 'boolean':
      return type.kind
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return 'number'
    case 'string':
      return 'string'
    case 'bytes':
    case 'fixed':
      return 'Buffer'
    case 'array':
      return `readonly ${operand(typeExpression(type.items, writing))}[]`
    case 'map':
      return `{ readonly [key: string]: ${typeExpression(type.values, writing)} }`
    case 'union':
      return unionExpression(type.branches, writing)
    case 'enum':
      return writing.names.get(type.name) ?? literals(type.symbols)
    case 'record':
      return writing.names.get(type.name)!
  }
}

/** The declaration of a record or an enum, and what makes a record of what has to be given. */
export function declaration(type: DeclaredType, writing: Writing): string {
  const name = writing.names.get(type.name)!
  if (type.kind === 'enum') return `${comment(type.doc, '')}export type ${name} = ${literals(type.symbols)}`
  const lines = type.fields.map(
    (field) =>
      `${comment(fieldDoc(field, writing.values), '  ')}  readonly ${field.name}: ${typeExpression(field.type, writing)}\n`,
  )
  return `${comment(type.doc, '')}export interface ${name} {\n${lines.join('')}}`
}

/** The type of a record whose defaults may be left out, and the function that puts them in; undefined where there are none. */
export function construction(type: DeclaredType, inputName: string, writing: Writing): string | undefined {
  if (type.kind === 'enum') return undefined
  const defaults = type.fields.flatMap(({ name, type: of, default: fallback }) => {
    const literal = fallback && defaultLiteral(of, fallback.json, writing.values)
    return literal === undefined ? [] : [{ name, literal }]
  })
  if (defaults.length === 0) return undefined
  const name = writing.names.get(type.name)!
  const optional = defaults.map((field) => `'${field.name}'`).join(' | ')
  const given = defaults.map((field) => `${field.name}: ${field.literal}`).join(', ')
  writing.used.add('type WithDefaults').add('withDefaults')
  return [
    '/** As it may be given: what has a default may be left out. */',
    `export type ${inputName} = WithDefaults<${name}, ${optional}>`,
    '',
    "/** Puts the schema's defaults in for what is left out. */",
    `export function new${name}(input: ${inputName}): ${name} {`,
    `  return withDefaults<${name}, ${optional}>({ ${given} }, input)`,
    '}',
  ].join('\n')
}

export function comment(doc: string | undefined, indent: string): string {
  if (doc === undefined || doc.trim() === '') return ''
  const lines = doc.trim().replaceAll('*/', '* /').split(/\r?\n/)
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`
}

function unionExpression(branches: readonly AvroType[], writing: Writing): string {
  // null goes last, as people write it.
  const wrapped = writing.values.unions === 'wrapped'
  const texts = branches.map((branch) => {
    const text = typeExpression(branch, writing)
    return wrapped && branch.kind !== 'null' ? `{ readonly ${propertyName(branchName(branch))}: ${text} }` : text
  })
  const distinct = [...new Set(texts.filter((text) => text !== 'null')), ...texts.filter((text) => text === 'null')]
  return distinct.length === 0 ? 'never' : distinct.map(operandOfUnion).join(' | ')
}

function propertyName(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`
}

function literals(symbols: readonly string[]): string {
  return symbols.length === 0 ? 'never' : symbols.map((symbol) => `'${symbol}'`).join(' | ')
}

function operand(expression: string): string {
  return /^[A-Za-z_][\w]*$/.test(expression) || expression.startsWith('{') ? expression : `(${expression})`
}

function operandOfUnion(expression: string): string {
  return expression.startsWith('readonly ') ? `(${expression})` : expression
}

function fieldDoc(field: RecordField, values: SchemaValues): string | undefined {
  const notes = [field.doc?.trim() ?? '', unitOf(field.type, values) ?? '', formerly(field.aliases), privacyNote(field)]
  const sentences = notes.filter((note) => note !== '')
  // A single text stays as its author wrote it.
  if (sentences.length < 2) return sentences[0]
  return sentences.map((note) => (/[.!?:]$/.test(note) ? note : `${note}.`)).join(' ')
}

function formerly(aliases: readonly string[]): string {
  return aliases.length === 0 ? '' : `Formerly ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`
}

function privacyNote({ tags, redacted }: RecordField): string {
  if (!tags?.includes('PII')) return ''
  return `Personal: sealed wherever it is kept${redacted ? `, ${JSON.stringify(redacted.json)} once forgotten` : ''}.`
}

/** What a reader of the type must know about the values of a logical type. */
function unitOf(type: AvroType, values: SchemaValues): string | undefined {
  if (type.kind === 'union') {
    const found = type.branches.map((branch) => unitOf(branch, values)).filter((unit) => unit !== undefined)
    return found.length === 1 ? found[0] : undefined
  }
  return 'logical' in type && type.logical ? units(type.logical, formOf(type, values)) : undefined
}

function units(logical: LogicalType, form: LogicalForm): string | undefined {
  const counts = form === 'number' || form === 'bigint' || form === 'raw'
  if (logical.name === 'decimal' && form === 'text') {
    const { precision, scale } = logical
    return `Decimal text, at most ${precision} digits${scale > 0 ? `, ${scale} of them after the point` : ''}.`
  }
  return counts ? countTexts[logical.name] : otherTexts[form]?.[logical.name]
}

type Texts = Readonly<Partial<Record<LogicalType['name'], string>>>

const countTexts: Texts = {
  date: 'Days since the epoch.',
  'time-millis': 'Milliseconds since midnight.',
  'time-micros': 'Microseconds since midnight.',
  'timestamp-millis': 'Milliseconds since the epoch.',
  'timestamp-micros': 'Microseconds since the epoch.',
  'timestamp-nanos': 'Nanoseconds since the epoch.',
  'local-timestamp-millis': 'Milliseconds since the epoch, local time.',
  'local-timestamp-micros': 'Microseconds since the epoch, local time.',
  'local-timestamp-nanos': 'Nanoseconds since the epoch, local time.',
}

const otherTexts: Readonly<Partial<Record<LogicalForm, Texts>>> = {
  text: {
    'big-decimal': 'Decimal text.',
    uuid: 'A UUID.',
    date: 'A day, as `2024-01-31`.',
    'time-millis': 'A time of day, as `12:00:00.001`.',
    'time-micros': 'A time of day, as `12:00:00.000001`.',
    'timestamp-millis': 'An instant, in ISO 8601.',
    'timestamp-micros': 'An instant, in ISO 8601.',
    'timestamp-nanos': 'An instant, in ISO 8601.',
    'local-timestamp-millis': 'A local time, in ISO 8601.',
    'local-timestamp-micros': 'A local time, in ISO 8601.',
    'local-timestamp-nanos': 'A local time, in ISO 8601.',
    duration: 'A span, as `P1M2DT0.003S`.',
  },
}
