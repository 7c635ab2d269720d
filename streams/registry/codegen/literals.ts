/** A default of a schema, as it is written in TypeScript. */
import { formOf, type LogicalForm } from '../avro/forms'
import { type AvroType, branchName, type LogicalType, type RecordType } from '../avro/schema'
import type { SchemaValues } from './types'

const millisOfDay = 86_400_000

/** Undefined where TypeScript has no literal for it: a long beyond 2^53, a day beyond the year 9999. */
export function defaultLiteral(type: AvroType, json: unknown, values: SchemaValues): string | undefined {
  switch (type.kind) {
    case 'null':
    case 'boolean':
      return String(json)
    case 'int':
    case 'long':
      return wholeLiteral(json as number, formOf(type, values), type)
    case 'float':
    case 'double':
      return typeof json === 'string' ? nonFinite(json) : numberLiteral(json as number)
    case 'string':
    case 'enum':
      return quote(json as string)
    case 'bytes':
    case 'fixed':
      return bytesLiteral(Buffer.from(json as string, 'latin1'), formOf(type, values), type.logical)
    case 'array':
      return listLiteral((json as readonly unknown[]).map((item) => defaultLiteral(type.items, item, values)))
    case 'map':
      return mapLiteral(
        Object.entries(json as object).map(([key, value]) => [key, defaultLiteral(type.values, value, values)]),
      )
    case 'union':
      return unionLiteral(type.branches, json, values)
    case 'record':
      return recordLiteral(type, json as Readonly<Record<string, unknown>>, values)
  }
}

/** As a text of TypeScript, whatever is in it. */
export function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${escaped.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

function unionLiteral(branches: readonly AvroType[], json: unknown, values: SchemaValues): string | undefined {
  const branch = branches.find((one) => fits(one, json))
  const literal = branch && defaultLiteral(branch, json, values)
  if (literal === undefined || branch === undefined || branch.kind === 'null') return literal
  return values.unions === 'wrapped' ? mapLiteral([[branchName(branch), literal]]) : literal
}

/** Whether a default that the parser has let pass is one of this branch. */
function fits(type: AvroType, json: unknown): boolean {
  switch (type.kind) {
    case 'null':
      return json === null
    case 'boolean':
      return typeof json === 'boolean'
    case 'int':
    case 'long':
      return Number.isInteger(json)
    case 'float':
    case 'double':
      return typeof json === 'number' || json === 'NaN' || json === 'Infinity' || json === '-Infinity'
    case 'array':
      return Array.isArray(json)
    case 'map':
    case 'record':
      return typeof json === 'object' && json !== null && !Array.isArray(json)
    default:
      return typeof json === 'string'
  }
}

function recordLiteral(
  type: RecordType,
  json: Readonly<Record<string, unknown>>,
  values: SchemaValues,
): string | undefined {
  return mapLiteral(
    type.fields.map((field) => {
      const value = Object.hasOwn(json, field.name) ? json[field.name] : field.default?.json
      return [field.name, defaultLiteral(field.type, value, values)]
    }),
  )
}

function listLiteral(items: readonly (string | undefined)[]): string | undefined {
  return items.includes(undefined) ? undefined : `[${items.join(', ')}]`
}

function mapLiteral(entries: readonly (readonly [string, string | undefined])[]): string | undefined {
  if (entries.some(([, value]) => value === undefined)) return undefined
  if (entries.length === 0) return '{}'
  return `{ ${entries.map(([key, value]) => `${/^[A-Za-z_]\w*$/.test(key) && key !== '__proto__' ? key : computed(key)}: ${value}`).join(', ')} }`
}

/** A plain `__proto__` in a literal would set the prototype. */
function computed(key: string): string {
  return key === '__proto__' ? `['__proto__']` : quote(key)
}

function wholeLiteral(json: number, form: LogicalForm, type: AvroType): string | undefined {
  if (!Number.isSafeInteger(json)) return undefined
  switch (form) {
    case 'raw':
    case 'number':
      return numberLiteral(json)
    case 'bigint':
      return `${json}n`
    case 'date':
      return `new Date(${json})`
    default:
      return type.kind === 'int' && type.logical?.name === 'date' ? dayLiteral(json) : undefined
  }
}

function numberLiteral(json: number): string {
  return Object.is(json, -0) ? '-0' : String(json)
}

function nonFinite(text: string): string {
  return text === 'NaN' ? 'Number.NaN' : `Number.${text.startsWith('-') ? 'NEGATIVE' : 'POSITIVE'}_INFINITY`
}

function dayLiteral(days: number): string | undefined {
  const date = new Date(days * millisOfDay)
  const year = date.getUTCFullYear()
  return year >= 0 && year <= 9999 ? quote(date.toISOString().slice(0, 10)) : undefined
}

function bytesLiteral(bytes: Buffer, form: LogicalForm, logical: LogicalType | undefined): string | undefined {
  const hex = bytes.toString('hex')
  if (form === 'raw') return bytes.length === 0 ? 'Buffer.alloc(0)' : `Buffer.from('${hex}', 'hex')`
  if (form === 'parts') {
    const [months, days, millis] = [0, 4, 8].map((at) => bytes.readUInt32LE(at))
    return `{ months: ${months}, days: ${days}, millis: ${millis} }`
  }
  if (logical?.name === 'uuid') return quote(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
  return logical?.name === 'decimal' ? quote(decimalText(bytes, logical.scale)) : undefined
}

function decimalText(bytes: Buffer, scale: number): string {
  const unsigned = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`)
  const value = BigInt.asIntN(Math.max(8, bytes.length * 8), unsigned)
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return value < 0n ? `-${text}` : text
}
