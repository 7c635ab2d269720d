/** Records, enums and fixed: the types that have names. */
import { isPrimitive } from './context'
import { checkDefault } from './defaults'
import { parseDouble } from './doubles'
import { invalid } from './invalid'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject, plainJson } from './json'
import { logicalTypeOf } from './logical'
import { aliasesOf, docOf, enumPropsOf, fieldPropsOf, propsOf, textOf } from './members'
import { checkName, type Name, nameOf } from './names'
import { privacyOf } from './privacy'
import type { AvroType, EnumType, FieldDefault, FixedType, NamedAvroType, RecordField, RecordType } from './schema'

/** Makes the types that stand within a definition. */
export type BuildPart = (schema: Json, namespace: string) => AvroType

/** @throws TerminalError SCHEMA_INVALID */
export function definition(
  kind: string,
  schema: JsonObject,
  around: string,
  build: BuildPart,
): { readonly name: Name; readonly type: NamedAvroType } {
  if (kind !== 'record' && kind !== 'error' && kind !== 'enum' && kind !== 'fixed') {
    return invalid(`unknown type ${JSON.stringify(kind)}`)
  }
  const name = nameIn(schema, around, kind)
  if (kind === 'enum') return { name, type: enumeration(name, schema) }
  if (kind === 'fixed') return { name, type: fixed(name, schema) }
  return { name, type: record(name, schema, build) }
}

function nameIn(schema: JsonObject, around: string, kind: string): Name {
  const simple = textOf(schema, 'name') ?? invalid(`a type of kind ${kind} has no name`)
  const name = nameOf(simple, textOf(schema, 'namespace') ?? around, `name of a type of kind ${kind}`)
  return isPrimitive(name.full) ? invalid(`${name.full} is the name of a primitive type`) : name
}

function record(name: Name, schema: JsonObject, build: BuildPart): RecordType {
  const list = schema.get('fields')
  if (!isJsonArray(list)) return invalid(`record ${name.full} has no list of fields`)
  const fields: RecordField[] = []
  const names = new Set<string>()
  for (const json of list) {
    const field = fieldOf(json, name, build)
    fields.push(field)
    if (names.has(field.name)) invalid(`${name.full} has the field ${field.name} twice`)
    names.add(field.name)
  }
  return { kind: 'record', fields, props: propsOf(schema), ...naming(name, schema) }
}

function fieldOf(json: Json, record: Name, build: BuildPart): RecordField {
  const field = isJsonObject(json) ? json : invalid(`a field of ${record.full} is not an object`)
  const name = textOf(field, 'name') ?? invalid(`a field of ${record.full} has no name`)
  const schema = field.get('type')
  if (schema === undefined) return invalid(`${record.full}.${name} has no type`)
  const type = build(schema, record.namespace)
  const order = orderOf(field, `${record.full}.${name}`)
  const fallback = defaultOf(field, type, `${record.full}.${name}`)
  const props = fieldPropsOf(field)
  return {
    name: checkName(name, `field of ${record.full}`),
    type,
    aliases: aliasesOf(field),
    order,
    props,
    ...privacyOf(props),
    ...(fallback && { default: fallback }),
    ...docOf(field),
  }
}

const orders = ['ascending', 'descending', 'ignore'] as const

function orderOf(field: JsonObject, where: string): RecordField['order'] {
  if (!field.has('order')) return 'ascending'
  const given = textOf(field, 'order')?.toUpperCase()
  return orders.find((order) => order.toUpperCase() === given) ?? invalid(`${where} has an unknown order`)
}

function defaultOf(field: JsonObject, type: AvroType, where: string): FieldDefault | undefined {
  const given = field.get('default')
  if (given === undefined) return undefined
  const isFloating = type.kind === 'float' || type.kind === 'double'
  const exact = isFloating && typeof given === 'string' ? numberOf(given, where) : given
  if (checkDefault(type, exact)) return { json: plainJson(given), exact }
  return invalid(`the default of ${where} does not fit its type: ${JSON.stringify(plainJson(given))}`)
}

/** Avro writes the numbers that JSON lacks as text. */
function numberOf(text: string, where: string): Json {
  const number = parseDouble(text)
  if (number === undefined) return invalid(`the default of ${where} is no number: ${JSON.stringify(text)}`)
  return { digits: Object.is(number, -0) ? '-0' : String(number), integral: false }
}

function enumeration(name: Name, schema: JsonObject): EnumType {
  const list = schema.get('symbols')
  if (!isJsonArray(list)) return invalid(`enum ${name.full} has no list of symbols`)
  const symbols = list.map((symbol) => checkName(symbol, `symbol of enum ${name.full}`))
  if (new Set(symbols).size !== symbols.length) invalid(`enum ${name.full} has a symbol twice`)
  const fallback = textOf(schema, 'default')
  if (fallback !== undefined && !symbols.includes(fallback)) {
    invalid(`the default of enum ${name.full} is not one of its symbols`)
  }
  const base = { kind: 'enum', symbols, props: enumPropsOf(schema), ...naming(name, schema) } as const
  return fallback === undefined ? base : { ...base, default: fallback }
}

function fixed(name: Name, schema: JsonObject): FixedType {
  const given = schema.get('size')
  const size = isJsonNumber(given) && given.integral ? Number(given.digits) : -1
  if (size < 0 || size >= 2 ** 31) return invalid(`fixed ${name.full} has no size`)
  const logical = logicalTypeOf('fixed', schema)
  return { kind: 'fixed', size, props: propsOf(schema), ...naming(name, schema), ...(logical && { logical }) }
}

/** The aliases lie in the namespace of the type, unless they bring their own. */
function naming(name: Name, schema: JsonObject): Pick<EnumType, 'name' | 'aliases' | 'doc'> {
  const aliases = aliasesOf(schema).map((alias) => nameOf(alias, name.namespace, `alias of ${name.full}`).full)
  return { name: name.full, aliases: [...new Set(aliases)], ...docOf(schema) }
}
