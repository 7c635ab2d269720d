import type { AvroType } from './schema'

/**
 * Whether a default fits the type of its field, as Avro's Java parser (1.12) looks at it: any branch of a union will do,
 * a record's default may leave out fields that have defaults, and neither the symbols of an enum nor the length of a
 * fixed are looked at.
 */
export function checkDefault(type: AvroType, json: unknown): boolean {
  switch (type.kind) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean'
    case 'int':
      return isInteger(json) && json >= -(2 ** 31) && json < 2 ** 31
    case 'long':
      return isInteger(json) && json >= -(2 ** 63) && json <= 2 ** 63
    case 'float':
    case 'double':
      return typeof json === 'number' || json === 'NaN' || json === 'Infinity' || json === '-Infinity'
    case 'string':
    case 'bytes':
    case 'fixed':
    case 'enum':
      return typeof json === 'string'
    case 'array':
      return Array.isArray(json) && json.every((item) => checkDefault(type.items, item))
    case 'map':
      return isObject(json) && Object.values(json).every((value) => checkDefault(type.values, value))
    case 'union':
      return type.branches.some((branch) => checkDefault(branch, json))
    case 'record':
      return (
        isObject(json) &&
        type.fields.every((field) =>
          Object.hasOwn(json, field.name) ? checkDefault(field.type, json[field.name]) : field.default !== undefined,
        )
      )
  }
}

function isInteger(json: unknown): json is number {
  return typeof json === 'number' && Number.isInteger(json)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
