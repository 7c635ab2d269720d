/** Where in the values of a schema the personal data is, and whom it is about. */
import { TerminalError } from '../../errors'
import {
  type AvroType,
  branchName,
  type RecordField,
  type RecordType,
  type UnionType,
} from '../../registry/avro/schema'
import { branchPicker } from '../avro/codec/branches'

/** One personal text, or personal bytes. */
export interface Leaf {
  readonly value: string | Buffer
  /** Whom it is about. */
  readonly subject: string
  /** What stands in its place once the subject is forgotten. */
  readonly redacted: string | Buffer | null
  /** Of the field, for messages. */
  readonly field: string
}

export interface PersonalFields {
  /** The value with every personal leaf replaced; what has none stays the same object. */
  map(value: unknown, replace: (leaf: Leaf) => unknown): unknown
}

export interface PersonalFieldsOptions {
  /** The field that names the person, for schemas that do not say so by `"millrace.subject": true`. */
  readonly subjectField?: string
  /** How unions look. Default plain. */
  readonly unions?: 'plain' | 'wrapped'
}

type Replace = (leaf: Leaf) => unknown
type Mapper = (value: unknown, subject: string | undefined, replace: Replace) => unknown

export const defaultRedacted = '[redacted]'
const personalTag = 'PII'

/**
 * Undefined where the schema tags nothing as personal.
 * @throws TerminalError SCHEMA_INVALID when a tagged field is neither text nor bytes, or nobody is said to be its subject
 */
export function personalFields(type: AvroType, options: PersonalFieldsOptions = {}): PersonalFields | undefined {
  if (!holdsPersonal(type, new Set())) return undefined
  checkSubjects(type, { hasSubject: false, options, seen: new Set() })
  const mapper = mappers(options)(type)!
  return { map: (value, replace) => mapper(value, undefined, replace) }
}

function isPersonal({ tags }: RecordField): boolean {
  return tags?.includes(personalTag) ?? false
}

function holdsPersonal(type: AvroType, seen: Set<AvroType>): boolean {
  if (seen.has(type)) return false
  seen.add(type)
  if (type.kind === 'record') {
    return type.fields.some((field) => isPersonal(field) || holdsPersonal(field.type, seen))
  }
  return partsOf(type).some((part) => holdsPersonal(part, seen))
}

interface Check {
  readonly hasSubject: boolean
  readonly options: PersonalFieldsOptions
  readonly seen: Set<string | AvroType>
}

function checkSubjects(type: AvroType, check: Check): void {
  for (const part of partsOf(type)) checkSubjects(part, check)
  if (type.kind !== 'record' || check.seen.has(`${check.hasSubject} ${type.name}`)) return
  check.seen.add(`${check.hasSubject} ${type.name}`)
  const hasSubject = subjectField(type, check.options) !== undefined || check.hasSubject
  for (const field of type.fields) {
    if (!isPersonal(field)) checkSubjects(field.type, { ...check, hasSubject })
    else if (!hasSubject) {
      const mend = 'give the field that names the person `"millrace.subject": true`, in this record or one around it'
      throw new TerminalError('SCHEMA_INVALID', `${type.name}.${field.name} is personal, but nobody's: ${mend}`)
    }
  }
}

/** The types inside an array, a map or a union. */
function partsOf(type: AvroType): readonly AvroType[] {
  if (type.kind === 'array') return [type.items]
  if (type.kind === 'map') return [type.values]
  return type.kind === 'union' ? type.branches : []
}

/** The field of a record that names the person. */
function subjectField(type: RecordType, { subjectField: named }: PersonalFieldsOptions): RecordField | undefined {
  const found = type.fields.filter((field) => field.subject || field.name === named)
  const [field] = found
  if (field === undefined) return undefined
  if (found.length > 1) {
    throw new TerminalError('SCHEMA_INVALID', `${type.name} has two subjects: ${found.map(({ name }) => name)}`)
  }
  if (field.type.kind !== 'string' || isPersonal(field)) {
    const message = `${type.name}.${field.name} names a person: it must be a string, and not be tagged ${personalTag}`
    throw new TerminalError('SCHEMA_INVALID', message)
  }
  return field
}

/** Mappers are made once per type, and looked up while they run, so that a recursive schema ends. */
function mappers(options: PersonalFieldsOptions): (type: AvroType) => Mapper | undefined {
  const made = new Map<AvroType, Mapper>()
  const mapperOf = (type: AvroType): Mapper | undefined => {
    if (!holdsPersonal(type, new Set())) return undefined
    const known = made.get(type)
    if (known) return known
    made.set(type, (value, subject, replace) => made.get(type)!(value, subject, replace))
    const mapper = make(type)
    made.set(type, mapper)
    return mapper
  }
  const make = (type: AvroType): Mapper => {
    switch (type.kind) {
      case 'record':
        return recordMapper(type)
      case 'array':
        return items(mapperOf(type.items)!)
      case 'map':
        return entries(mapperOf(type.values)!)
      default:
        return unionMapper(type as UnionType)
    }
  }
  const recordMapper = (type: RecordType): Mapper => {
    const subjectName = subjectField(type, options)?.name
    const parts = type.fields.flatMap((field) => {
      const mapper = isPersonal(field) ? personalMapper(type, field, options) : mapperOf(field.type)
      return mapper ? [[field.name, mapper] as const] : []
    })
    return (value, outer, replace) => {
      if (!isObject(value)) return value
      const subject = subjectName === undefined ? outer : textOf(value[subjectName])
      let mapped = value
      for (const [name, mapper] of parts) {
        const before = value[name]
        const after = before === undefined ? before : mapper(before, subject, replace)
        if (after === before) continue
        if (mapped === value) mapped = { ...value }
        ;(mapped as Record<string, unknown>)[name] = after
      }
      return mapped
    }
  }
  const unionMapper = (type: UnionType): Mapper => {
    const branches = type.branches.map(mapperOf)
    if (options.unions === 'wrapped') return wrapped(type, branches)
    return picked(branches, type)
  }
  return mapperOf
}

/** A text of nothing but the person's name in it would be sealed under nobody's key. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function items(mapper: Mapper): Mapper {
  return (value, subject, replace) => {
    if (!Array.isArray(value)) return value
    const mapped = value.map((item) => mapper(item, subject, replace))
    return mapped.every((item, index) => item === value[index]) ? value : mapped
  }
}

function entries(mapper: Mapper): Mapper {
  return (value, subject, replace) => {
    if (!isObject(value)) return value
    const before = Object.entries(value)
    const after = before.map(([key, item]) => [key, mapper(item, subject, replace)] as const)
    return after.every(([, item], index) => item === before[index]![1]) ? value : Object.fromEntries(after)
  }
}

function picked(branches: readonly (Mapper | undefined)[], type: UnionType): Mapper {
  const pick = branchPicker(type)
  return (value, subject, replace) => {
    const mapper = branches[pick(value)]
    return mapper === undefined ? value : mapper(value, subject, replace)
  }
}

function wrapped({ branches }: UnionType, mappersOf: readonly (Mapper | undefined)[]): Mapper {
  const byName = new Map(branches.map((branch, index) => [branchName(branch), mappersOf[index]]))
  return (value, subject, replace) => {
    if (!isObject(value)) return value
    const [name = ''] = Object.keys(value)
    const inner = byName.get(name)?.(value[name], subject, replace)
    return inner === undefined || inner === value[name] ? value : { [name]: inner }
  }
}

function personalMapper(record: RecordType, field: RecordField, options: PersonalFieldsOptions): Mapper {
  const name = `${record.name}.${field.name}`
  const fallback = redactedOf(name, field)
  const leaf: Mapper = (value, subject, replace) => {
    if (typeof value !== 'string' && !Buffer.isBuffer(value)) return value
    if (subject === undefined) {
      throw new TerminalError('SERIALIZATION_FAILED', `${name} is personal, but the record does not say whose it is`)
    }
    return replace({ value, subject, redacted: fallback(value), field: name })
  }
  return leafMapper(field.type, leaf, { name, options })
}

interface Place {
  readonly name: string
  readonly options: PersonalFieldsOptions
}

/** Texts and bytes, what may be null, and lists and maps of them: a sealed value must fit the same schema. */
function leafMapper(type: AvroType, leaf: Mapper, place: Place): Mapper {
  if ((type.kind === 'string' || type.kind === 'bytes') && type.logical === undefined) return leaf
  if (type.kind === 'array') return items(leafMapper(type.items, leaf, place))
  if (type.kind === 'map') return entries(leafMapper(type.values, leaf, place))
  if (type.kind === 'union' && type.branches.some(({ kind }) => kind !== 'null')) {
    const branches = type.branches.map((branch) =>
      branch.kind === 'null' ? undefined : leafMapper(branch, leaf, place),
    )
    if (place.options.unions === 'wrapped') return wrapped(type, branches)
    return picked(branches, type)
  }
  const what = 'logical' in type && type.logical ? `${type.kind} with ${type.logical.name}` : type.kind
  const message = `${place.name} is tagged ${personalTag}, but is ${what}: only text and bytes can hold what is sealed`
  throw new TerminalError('SCHEMA_INVALID', `${message}; make it a string, or tag the fields inside it`)
}

/** Null where the field may be null, `[redacted]`, no bytes; or what the schema says by `millrace.redacted`. */
function redactedOf(name: string, { type, redacted }: RecordField): (value: string | Buffer) => string | Buffer | null {
  const nullable = type.kind === 'union' && type.branches.some(({ kind }) => kind === 'null')
  if (redacted === undefined) {
    return (value) => (nullable ? null : typeof value === 'string' ? defaultRedacted : Buffer.alloc(0))
  }
  const { json } = redacted
  if (typeof json !== 'string' && !(json === null && nullable)) {
    const message = `millrace.redacted of ${name} must be a text${nullable ? ' or null' : ''}, but is ${JSON.stringify(json)}`
    throw new TerminalError('SCHEMA_INVALID', message)
  }
  return (value) => (json !== null && Buffer.isBuffer(value) ? Buffer.from(json, 'latin1') : json)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
}
