/**
 * From the text of a schema to its value, by the rules of Avro's Java parser: names are checked and resolved (also before
 * their definition), a logical type that does not fit is ignored.
 */
import { messageOf, TerminalError } from '../../errors'
import { checkDefault } from './defaults'
import { logicalTypeOf } from './logical'
import type { AvroType, EnumType, FixedType, PrimitiveKind, RecordField, RecordType, UnionType } from './schema'
import { branchName } from './schema'

type Json = Readonly<Record<string, unknown>>
type Writable<T> = { -readonly [K in keyof T]: T[K] }

const primitives: ReadonlySet<string> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])
const namedKinds: ReadonlySet<unknown> = new Set(['record', 'error', 'enum', 'fixed'])
const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/

interface Definition {
  readonly schema: Json
  readonly namespace: string
  type?: AvroType
}

interface Scope {
  readonly definitions: Map<string, Definition>
  readonly namespace: string
}

/** @throws TerminalError SCHEMA_INVALID */
export function parseAvro(text: string): AvroType {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new TerminalError('SCHEMA_INVALID', `the schema is not JSON: ${messageOf(cause)}`, { cause })
  }
  return parseAvroJson(json)
}

/** @throws TerminalError SCHEMA_INVALID */
export function parseAvroJson(json: unknown): AvroType {
  const scope: Scope = { definitions: new Map(), namespace: '' }
  try {
    collect(json, scope)
    const type = build(json, scope)
    checkDefaults(type, new Set())
    return type
  } catch (error) {
    if (error instanceof RangeError) return invalid('the schema is nested too deeply')
    throw error
  }
}

/** First pass: every definition by its full name, so that a name may be used before it. */
function collect(schema: unknown, scope: Scope): void {
  if (Array.isArray(schema)) {
    for (const branch of schema) collect(branch, scope)
  } else if (isObject(schema)) {
    if (schema.type === 'array') collect(schema.items, scope)
    else if (schema.type === 'map') collect(schema.values, scope)
    else if (namedKinds.has(schema.type)) collectNamed(schema, scope)
  }
}

function collectNamed(schema: Json, scope: Scope): void {
  const { name, namespace } = definedName(schema, scope.namespace)
  const known = scope.definitions.get(name)
  if (known && JSON.stringify(known.schema) !== JSON.stringify(schema)) invalid(`${name} is defined twice, differently`)
  if (known) return
  scope.definitions.set(name, { schema, namespace })
  if (!Array.isArray(schema.fields)) return
  for (const field of schema.fields) if (isObject(field)) collect(field.type, { ...scope, namespace })
}

function build(schema: unknown, scope: Scope): AvroType {
  if (typeof schema === 'string') return reference(schema, scope)
  if (Array.isArray(schema)) return union(schema, scope)
  if (!isObject(schema)) return invalid(`${JSON.stringify(schema)} is not a schema`)
  const kind = schema.type
  if (typeof kind !== 'string') return invalid(`"type" must be the name of a type, not ${JSON.stringify(kind)}`)
  if (primitives.has(kind)) return primitive(kind as PrimitiveKind, schema)
  if (kind === 'array') return { kind, items: build(required(schema, 'items'), scope) }
  if (kind === 'map') return { kind, values: build(required(schema, 'values'), scope) }
  if (namedKinds.has(kind)) return named(definedName(schema, scope.namespace).name, scope)
  return invalid(`unknown type ${JSON.stringify(kind)}`)
}

function primitive(kind: PrimitiveKind, schema: Json): AvroType {
  const logical = logicalTypeOf(kind, schema)
  return logical ? { kind, logical } : { kind }
}

function reference(name: string, scope: Scope): AvroType {
  if (primitives.has(name)) return { kind: name as PrimitiveKind }
  const local = scope.namespace === '' || name.includes('.') ? name : `${scope.namespace}.${name}`
  return named(scope.definitions.has(local) ? local : name, scope)
}

function named(name: string, scope: Scope): AvroType {
  const definition = scope.definitions.get(name)
  if (!definition) return invalid(`the name ${name} is not defined`)
  definition.type ??= define(name, definition, { ...scope, namespace: definition.namespace })
  return definition.type
}

function define(name: string, definition: Definition, scope: Scope): AvroType {
  const { schema } = definition
  const base = { name, aliases: aliasesOf(schema, scope.namespace), ...docOf(schema) }
  if (schema.type === 'enum') return enumeration(base, schema)
  if (schema.type === 'fixed') return fixed(base, schema)
  const fields: RecordField[] = []
  const record: RecordType = { ...base, kind: 'record', fields }
  // Known before its fields are, so that they may refer to it.
  definition.type = record
  const raw = schema.fields
  if (!Array.isArray(raw)) return invalid(`record ${name} has no list of fields`)
  for (const json of raw) fields.push(fieldOf(json, record, scope))
  return record
}

type NamedBase = Pick<EnumType, 'name' | 'aliases' | 'doc'>

function enumeration(base: NamedBase, schema: Json): EnumType {
  const symbols = schema.symbols
  if (!Array.isArray(symbols)) return invalid(`enum ${base.name} has no list of symbols`)
  for (const symbol of symbols) checkName(symbol, `symbol of enum ${base.name}`)
  if (new Set(symbols).size !== symbols.length) invalid(`enum ${base.name} has a symbol twice`)
  const fallback = schema.default
  if (fallback === undefined || fallback === null) return { ...base, kind: 'enum', symbols }
  if (!symbols.includes(fallback)) invalid(`the default of enum ${base.name} is not one of its symbols`)
  return { ...base, kind: 'enum', symbols, default: fallback as string }
}

function fixed(base: NamedBase, schema: Json): FixedType {
  const size = schema.size
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) return invalid(`fixed ${base.name} has no size`)
  const logical = logicalTypeOf('fixed', schema)
  return { ...base, kind: 'fixed', size, ...(logical && { logical }) }
}

function fieldOf(json: unknown, record: RecordType, scope: Scope): RecordField {
  if (!isObject(json)) return invalid(`a field of ${record.name} is not an object`)
  const name = checkName(json.name, `field of ${record.name}`)
  if (record.fields.some((field) => field.name === name)) invalid(`${record.name} has the field ${name} twice`)
  const order = json.order
  if (order !== undefined && !/^(ascending|descending|ignore)$/i.test(String(order)))
    invalid(`${record.name}.${name} has an unknown order`)
  const field: Writable<RecordField> = {
    name,
    type: build(required(json, 'type'), scope),
    aliases: stringsOf(json.aliases, `aliases of ${record.name}.${name}`),
    ...docOf(json),
  }
  if (Object.hasOwn(json, 'default')) field.default = { json: json.default }
  return Object.assign(field, privacyOf(json, `${record.name}.${name}`))
}

/** Properties that Avro passes over and the encryption of fields goes by. */
function privacyOf(json: Json, where: string): Pick<RecordField, 'tags' | 'subject' | 'redacted'> {
  const tags = stringsOf(json['confluent:tags'], `confluent:tags of ${where}`)
  return {
    ...(tags.length > 0 && { tags }),
    ...(json['millrace.subject'] === true && { subject: true }),
    ...(Object.hasOwn(json, 'millrace.redacted') && { redacted: { json: json['millrace.redacted'] } }),
  }
}

function union(schemas: readonly unknown[], scope: Scope): UnionType {
  const branches = schemas.map((schema) => build(schema, scope))
  const seen = new Set<string>()
  for (const branch of branches) {
    if (branch.kind === 'union') invalid('a union stands directly in a union')
    const name = branchName(branch)
    if (seen.has(name)) invalid(`a union has the branch ${name} twice`)
    seen.add(name)
  }
  return { kind: 'union', branches }
}

function definedName(schema: Json, enclosing: string): { readonly name: string; readonly namespace: string } {
  const name = schema.name
  if (typeof name !== 'string') return invalid(`a ${schema.type} has no name`)
  const dot = name.lastIndexOf('.')
  const given = typeof schema.namespace === 'string' ? schema.namespace : enclosing
  const namespace = dot >= 0 ? name.slice(0, dot) : given
  const simple = name.slice(dot + 1)
  checkName(simple, 'name of a type')
  if (namespace !== '') for (const part of namespace.split('.')) checkName(part, `namespace of ${simple}`)
  if (namespace === '' && primitives.has(simple)) invalid(`${simple} is the name of a primitive type`)
  return { name: namespace === '' ? simple : `${namespace}.${simple}`, namespace }
}

function aliasesOf(schema: Json, namespace: string): string[] {
  const aliases = stringsOf(schema.aliases, `aliases of ${schema.name}`)
  return aliases.map((alias) => (alias.includes('.') || namespace === '' ? alias : `${namespace}.${alias}`))
}

function stringsOf(value: unknown, what: string): string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
    return invalid(`${what}: a list of names`)
  return value
}

function checkName(name: unknown, what: string): string {
  if (typeof name === 'string' && namePattern.test(name)) return name
  return invalid(`${JSON.stringify(name)} cannot be the ${what}: letters, digits and _ only, no digit first`)
}

function docOf(schema: Json): { readonly doc?: string } {
  return typeof schema.doc === 'string' ? { doc: schema.doc } : {}
}

function required(schema: Json, key: string): unknown {
  return schema[key] === undefined ? invalid(`"${key}" is missing in ${JSON.stringify(schema)}`) : schema[key]
}

function checkDefaults(type: AvroType, seen: Set<AvroType>): void {
  if (seen.has(type)) return
  seen.add(type)
  if (type.kind === 'array') checkDefaults(type.items, seen)
  else if (type.kind === 'map') checkDefaults(type.values, seen)
  else if (type.kind === 'union') for (const branch of type.branches) checkDefaults(branch, seen)
  else if (type.kind === 'record') {
    for (const field of type.fields) {
      if (field.default && !checkDefault(field.type, field.default.json))
        invalid(
          `the default of ${type.name}.${field.name} does not fit its type: ${JSON.stringify(field.default.json)}`,
        )
      checkDefaults(field.type, seen)
    }
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(message: string): never {
  throw new TerminalError('SCHEMA_INVALID', message)
}
