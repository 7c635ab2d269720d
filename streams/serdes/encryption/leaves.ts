/** A personal field: which types it may have, and what stands in its place once its person is forgotten. */
import { TerminalError } from '../../errors'
import type { AvroType, RecordField, RecordType } from '../../registry/avro/schema'
import { entries, items, type Mapper, union } from './mapping'

export const defaultRedacted = '[redacted]'
export const personalTag = 'PII'

type Unions = 'plain' | 'wrapped' | undefined

/** @throws TerminalError SCHEMA_INVALID when the field cannot hold what is sealed, or what it shows once forgotten */
export function personalMapper(record: RecordType, field: RecordField, unions: Unions): Mapper {
  const name = `${record.name}.${field.name}`
  return leafMapper(field.type, false, { name, field, unions })
}

interface Place {
  readonly name: string
  readonly field: RecordField
  readonly unions: Unions
}

/** Texts and bytes, what may be null, and lists and maps of them: a sealed value must fit the same schema. */
function leafMapper(type: AvroType, nullable: boolean, place: Place): Mapper {
  if ((type.kind === 'string' || type.kind === 'bytes') && type.logical === undefined) return leafOf(nullable, place)
  if (type.kind === 'array') return items(leafMapper(type.items, false, place))
  if (type.kind === 'map') return entries(leafMapper(type.values, false, place))
  if (type.kind === 'union' && type.branches.some(({ kind }) => kind !== 'null')) {
    const orNull = type.branches.some(({ kind }) => kind === 'null')
    const mappers = type.branches.map((one) => (one.kind === 'null' ? undefined : leafMapper(one, orNull, place)))
    return union(type, mappers, place.unions)
  }
  const what = 'logical' in type && type.logical ? `${type.kind} with ${type.logical.name}` : type.kind
  const message = `${place.name} is tagged ${personalTag}, but is ${what}: only text and bytes can hold what is sealed`
  throw new TerminalError('SCHEMA_INVALID', `${message}; make it a string, or tag the fields inside it`)
}

function leafOf(nullable: boolean, place: Place): Mapper {
  const { name: field } = place
  const redactedOf = redacting(nullable, place)
  return (value, subject, replace) => {
    if (typeof value !== 'string' && !Buffer.isBuffer(value)) return value
    if (subject === undefined) {
      throw new TerminalError('SERIALIZATION_FAILED', `${field} is personal, but the record does not say whose it is`)
    }
    return replace({ value, subject, redacted: redactedOf(value), field })
  }
}

/** Null where that may stand there, `[redacted]`, no bytes; or what the schema says by `millrace.redacted`. */
function redacting(nullable: boolean, { name, field }: Place): (value: string | Buffer) => string | Buffer | null {
  if (field.redacted === undefined) {
    return (value) => (nullable ? null : typeof value === 'string' ? defaultRedacted : Buffer.alloc(0))
  }
  const { json } = field.redacted
  if (typeof json !== 'string' && !(json === null && nullable)) {
    const message = `millrace.redacted of ${name} must be a text${nullable ? ' or null' : ''}, but is ${JSON.stringify(json)}`
    throw new TerminalError('SCHEMA_INVALID', message)
  }
  return (value) => (json !== null && Buffer.isBuffer(value) ? Buffer.from(json, 'latin1') : json)
}
