import { invalid } from './invalid'
import { isJsonArray, type Json, type JsonObject, noMembers } from './json'

/** What Avro knows of a schema; everything else is a property. */
const schemaMembers: ReadonlySet<string> = new Set(
  'doc fields items name namespace size symbols values type aliases'.split(' '),
)
const fieldMembers: ReadonlySet<string> = new Set('default doc name order type aliases'.split(' '))

export function propsOf(schema: JsonObject): JsonObject {
  return without(schema, (key) => schemaMembers.has(key))
}

export function enumPropsOf(schema: JsonObject): JsonObject {
  return without(schema, (key) => schemaMembers.has(key) || key === 'default')
}

export function fieldPropsOf(field: JsonObject): JsonObject {
  return without(field, (key) => fieldMembers.has(key))
}

function without(members: JsonObject, known: (key: string) => boolean): JsonObject {
  const rest = [...members].filter(([key]) => !known(key))
  return rest.length === 0 ? noMembers : new Map(rest)
}

/** @throws TerminalError SCHEMA_INVALID when it is not there */
export function required(schema: JsonObject, key: string): Json {
  return schema.get(key) ?? (schema.has(key) ? null : invalid(`a schema lacks its "${key}"`))
}

/** Undefined where it is no text. */
export function textOf(schema: JsonObject, key: string): string | undefined {
  const value = schema.get(key)
  return typeof value === 'string' ? value : undefined
}

export function docOf(schema: JsonObject): { readonly doc?: string } {
  const doc = textOf(schema, 'doc')
  return doc === undefined ? {} : { doc }
}

/** Without repetitions. @throws TerminalError SCHEMA_INVALID when it is no list of texts */
export function aliasesOf(schema: JsonObject): readonly string[] {
  const aliases = schema.get('aliases')
  if (aliases === undefined) return []
  if (!isJsonArray(aliases)) return invalid('"aliases" is not a list')
  return [...new Set(aliases.map((alias) => (typeof alias === 'string' ? alias : invalid('an alias is no text'))))]
}
