/** The form in which the vectors hold values, made from what our codec decodes with `decoding`. */
import { type AvroType, branchName, type LogicalType } from '../../registry/avro/schema'
import type { CodecOptions } from '../../serdes/avro/codec'
import { logicalText } from '../../serdes/avro/values/text'

/** Nothing converted: longs whole, logical types raw, the branch of a union by its name. */
export const decoding: CodecOptions = {
  long: 'bigint',
  unions: 'wrapped',
  logical: {
    decimal: 'raw',
    'big-decimal': 'raw',
    uuid: 'raw',
    date: 'raw',
    'time-millis': 'raw',
    'time-micros': 'raw',
    'timestamp-millis': 'raw',
    'timestamp-micros': 'raw',
    'timestamp-nanos': 'raw',
    'local-timestamp-millis': 'raw',
    'local-timestamp-micros': 'raw',
    'local-timestamp-nanos': 'raw',
    duration: 'raw',
  },
}

/** `logical`: values of logical types as their texts, null where they have none. */
export function normalForm(type: AvroType, value: unknown, values: 'raw' | 'logical' = 'raw'): unknown {
  const inner = (part: AvroType, partOf: unknown) => normalForm(part, partOf, values)
  if (values === 'logical' && 'logical' in type && type.logical) return textOrNull(type.logical, value)
  switch (type.kind) {
    case 'long':
      return longForm(value as bigint)
    case 'float':
    case 'double':
      return floatingForm(value as number)
    case 'bytes':
    case 'fixed':
      return (value as Buffer).toString('hex')
    case 'array':
      return (value as readonly unknown[]).map((item) => inner(type.items, item))
    case 'map':
      return Object.entries(value as object)
        .map(([key, entry]) => [key, inner(type.values, entry)] as const)
        .sort(([one], [other]) => (one < other ? -1 : 1))
    case 'record':
      return fromEntries(type.fields.map((field) => [field.name, inner(field.type, own(value, field.name))]))
    case 'union':
      return unionForm(type.branches, value, inner)
    default:
      return value
  }
}

function unionForm(branches: readonly AvroType[], value: unknown, inner: (type: AvroType, value: unknown) => unknown) {
  if (value === null) return null
  const [[name, content]] = Object.entries(value as object) as [[string, unknown]]
  const branch = branches.find((candidate) => branchName(candidate) === name)
  if (!branch) throw new Error(`the union has no branch ${name}`)
  return fromEntries([[name, inner(branch, content)]])
}

/** Keeps a member `__proto__`. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(entries)
}

function own(value: unknown, name: string): unknown {
  if (!Object.hasOwn(value as object, name)) throw new Error(`the record has no member ${name} of its own`)
  return (value as Readonly<Record<string, unknown>>)[name]
}

function longForm(value: bigint): unknown {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

function floatingForm(value: number): unknown {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : value
  return String(value)
}

function textOrNull(logical: LogicalType, value: unknown): string | null {
  return logicalText(logical, value) ?? null
}
