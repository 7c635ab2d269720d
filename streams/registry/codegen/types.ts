/** How an Avro type is written in TypeScript. */
import { TerminalError } from '../../errors'
import { type AvroType, type LogicalType, type RecordField, simpleName } from '../avro/schema'

/** Names that TypeScript has for itself, or that a declaration of ours would hide from the module around it. */
const reserved: ReadonlySet<string> = new Set([
  ...'any bigint boolean never null number object string symbol undefined unknown void'.split(' '),
  ...'break case catch class const continue debugger default delete do else enum export extends'.split(' '),
  ...'false finally for function if import in instanceof new return super switch this throw true'.split(' '),
  ...'try typeof var while with Buffer'.split(' '),
])

/** The declarations of one module, by the full name of the type; filled while expressions are written. */
export type Declarations = Map<string, { readonly name: string; readonly text: string }>

/** The type expression of a schema; the named types it mentions are added to the declarations, a type before its users. */
export function typeExpression(type: AvroType, declarations: Declarations): string {
  switch (type.kind) {
    case 'null':
    case 'boolean':
      return type.kind
    case 'int':
      return type.logical?.name === 'date' ? 'string' : 'number'
    case 'long':
    case 'float':
    case 'double':
      return 'number'
    case 'string':
      return 'string'
    case 'bytes':
    case 'fixed':
      return type.logical?.name === 'decimal' || type.logical?.name === 'uuid' ? 'string' : 'Buffer'
    case 'array':
      return `readonly ${operand(typeExpression(type.items, declarations))}[]`
    case 'map':
      return `{ readonly [key: string]: ${typeExpression(type.values, declarations)} }`
    case 'union':
      return unionExpression(type.branches, declarations)
    case 'enum':
      if (type.symbols.length < 2) return literals(type.symbols)
      return declare(type, declarations, (name) => `export type ${name} = ${literals(type.symbols)}`)
    case 'record':
      return declare(type, declarations, (name) => interfaceOf(name, type.fields, declarations))
  }
}

function unionExpression(branches: readonly AvroType[], declarations: Declarations): string {
  // null goes last, as people write it.
  const texts = branches.map((branch) => typeExpression(branch, declarations))
  const distinct = [...new Set(texts.filter((text) => text !== 'null')), ...texts.filter((text) => text === 'null')]
  return distinct.length === 0 ? 'never' : distinct.map(operandOfUnion).join(' | ')
}

function interfaceOf(name: string, fields: readonly RecordField[], declarations: Declarations): string {
  const lines = fields.map(
    (field) =>
      `${comment(fieldDoc(field), '  ')}  readonly ${field.name}: ${typeExpression(field.type, declarations)}\n`,
  )
  return `export interface ${name} {\n${lines.join('')}}`
}

type NamedType = Extract<AvroType, { readonly name: string }>

function declare(type: NamedType, declarations: Declarations, write: (name: string) => string): string {
  const known = declarations.get(type.name)
  if (known) return known.name
  const name = simpleName(type.name)
  checkName(type, name, declarations)
  // Known by its name before it is written, since it may refer to itself; deleted and set again to stand after its parts.
  declarations.set(type.name, { name, text: '' })
  const text = comment(type.doc, '') + write(name)
  declarations.delete(type.name)
  declarations.set(type.name, { name, text })
  return name
}

function checkName(type: NamedType, name: string, declarations: Declarations): void {
  if (reserved.has(name)) {
    throw new TerminalError('SCHEMA_INVALID', `the type ${type.name} cannot be called ${name} in TypeScript; rename it`)
  }
  for (const [other, declared] of declarations) {
    if (declared.name !== name) continue
    const message = `${other} and ${type.name} are both ${name} in TypeScript: generate them as separate modules`
    throw new TerminalError('SCHEMA_INVALID', message)
  }
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

function fieldDoc(field: RecordField): string | undefined {
  const unit = unitOf(field.type)
  const doc = field.doc?.trim()
  if (unit === undefined || doc === undefined || doc === '') return unit ?? doc
  return `${/[.!?:]$/.test(doc) ? doc : `${doc}.`} ${unit}`
}

/** What a reader of the type must know about the values of a logical type. */
function unitOf(type: AvroType): string | undefined {
  if (type.kind === 'union') {
    const units = type.branches.map(unitOf).filter((unit) => unit !== undefined)
    return units.length === 1 ? units[0] : undefined
  }
  return 'logical' in type && type.logical ? units(type.logical) : undefined
}

function units(logical: LogicalType): string | undefined {
  if (logical.name === 'decimal') {
    const { precision, scale } = logical
    return `Decimal text, at most ${precision} digits${scale > 0 ? `, ${scale} of them after the point` : ''}.`
  }
  return unitTexts[logical.name]
}

const unitTexts: Readonly<Partial<Record<LogicalType['name'], string>>> = {
  uuid: 'A UUID.',
  date: 'A day, as `2024-01-31`.',
  'time-millis': 'Milliseconds since midnight.',
  'time-micros': 'Microseconds since midnight.',
  'timestamp-millis': 'Milliseconds since the epoch.',
  'timestamp-micros': 'Microseconds since the epoch.',
  'timestamp-nanos': 'Nanoseconds since the epoch.',
  'local-timestamp-millis': 'Milliseconds since the epoch, local time.',
  'local-timestamp-micros': 'Microseconds since the epoch, local time.',
  'local-timestamp-nanos': 'Nanoseconds since the epoch, local time.',
}

function comment(doc: string | undefined, indent: string): string {
  if (doc === undefined || doc.trim() === '') return ''
  const lines = doc.trim().replaceAll('*/', '* /').split(/\r?\n/)
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`
}
