/**
 * Values of stores as JSON from which they can be had back as they were. What JSON has is itself; everything else is an
 * object with one field whose name begins with `$`, and an object of a value that looks like one is put into `$object`.
 */
import { TerminalError } from '../../errors'

type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json }

/** @throws TerminalError SERIALIZATION_FAILED for functions, symbols and what else is no data */
export function toTaggedJson(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: numberText(value) }
    case 'bigint':
      return { $bigint: String(value) }
    case 'undefined':
      return { $undefined: true }
    case 'object':
      return value === null ? null : objectJson(value)
    default:
      throw new TerminalError('SERIALIZATION_FAILED', `a ${typeof value} cannot be shown as JSON`)
  }
}

function objectJson(value: object): Json {
  if (Array.isArray(value)) return value.map(toTaggedJson)
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (value instanceof Map) return { $map: [...value].map((entry) => entry.map(toTaggedJson)) }
  if (value instanceof Set) return { $set: [...value].map(toTaggedJson) }
  const fields = Object.entries(value).flatMap(([name, field]) =>
    field === undefined ? [] : [[name, toTaggedJson(field)] as const],
  )
  return fields.length === 1 && fields[0]![0].startsWith('$') ? { $object: ownFields(fields) } : ownFields(fields)
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

const untagged: Readonly<Record<string, (content: Json) => unknown>> = {
  $number: (content) => Number(content),
  $bigint: (content) => BigInt(content as string),
  $undefined: () => undefined,
  $bytes: (content) => Buffer.from(content as string, 'base64'),
  $date: (content) => new Date(content === null ? Number.NaN : (content as string)),
  $map: (content) =>
    new Map((content as readonly (readonly Json[])[]).map(([key, value]) => [fromJson(key!), fromJson(value!)])),
  $set: (content) => new Set((content as readonly Json[]).map(fromJson)),
  $object: (content) => ownFields(fieldsOf(content as { readonly [field: string]: Json })),
}

/** @throws TerminalError DESERIALIZATION_FAILED for what `toTaggedJson` does not give */
export function fromTaggedJson(json: unknown): unknown {
  try {
    return fromJson(json as Json)
  } catch (cause) {
    throw new TerminalError('DESERIALIZATION_FAILED', `${JSON.stringify(json)} is not a value written as JSON`, {
      cause,
    })
  }
}

function fromJson(json: Json): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(fromJson)
  const fields = Object.entries(json as { readonly [field: string]: Json })
  const [name, content] = fields.length === 1 ? fields[0]! : []
  if (name?.startsWith('$') !== true) return ownFields(fieldsOf(json as { readonly [field: string]: Json }))
  const read = Object.hasOwn(untagged, name) ? untagged[name] : undefined
  if (read === undefined) throw new TypeError(`${name} is not known`)
  return read(content!)
}

function fieldsOf(json: { readonly [field: string]: Json }): readonly (readonly [string, unknown])[] {
  return Object.entries(json).map(([name, field]) => [name, fromJson(field)])
}

/** A field named `__proto__` is a field like any other. */
function ownFields<T>(fields: readonly (readonly [string, T])[]): { readonly [field: string]: T } {
  return Object.fromEntries(fields)
}
