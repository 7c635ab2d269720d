import { invalid } from './invalid'
import { isJsonArray, isJsonNumber, isJsonObject, type Json, type JsonObject } from './json'
import type { AvroType, RecordType } from './schema'

const none: ReadonlySet<AvroType> = new Set()

/**
 * Whether a default fits the type of its field, as Avro's Java parser (1.12) looks at it: any branch of a union will do,
 * a record's default may leave out fields that have defaults, and neither the symbols of an enum nor the length of a
 * fixed are looked at. It cannot look into records that are not finished: their own fields' defaults.
 * @throws TerminalError SCHEMA_INVALID where it would have to
 */
export function checkDefault(type: AvroType, json: Json, unfinished: ReadonlySet<AvroType> = none): boolean {
  switch (type.kind) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean'
    case 'int':
      return isInteger(json, 32)
    case 'long':
      return isInteger(json, 64)
    case 'float':
    case 'double':
      return isJsonNumber(json)
    case 'string':
    case 'bytes':
    case 'fixed':
    case 'enum':
      return typeof json === 'string'
    case 'array':
      return isJsonArray(json) && json.every((item) => checkDefault(type.items, item, unfinished))
    case 'map':
      return isJsonObject(json) && [...json.values()].every((value) => checkDefault(type.values, value, unfinished))
    case 'union':
      return type.branches.some((branch) => checkDefault(branch, json, unfinished))
    case 'record':
      return isJsonObject(json) && checkMembers(type, json, unfinished)
  }
}

function checkMembers(type: RecordType, json: JsonObject, unfinished: ReadonlySet<AvroType>): boolean {
  if (unfinished.has(type)) invalid(`a default within ${type.name} contains ${type.name} itself`)
  return type.fields.every((field) => {
    const value = json.has(field.name) ? json.get(field.name) : field.default?.exact
    return value !== undefined && checkDefault(field.type, value, unfinished)
  })
}

function isInteger(json: Json, bits: number): boolean {
  if (!isJsonNumber(json) || !json.integral) return false
  const value = BigInt(json.digits)
  return BigInt.asIntN(bits, value) === value
}
