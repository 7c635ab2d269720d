/** Where in the values of a schema the personal data is, and whom it is about. */
import { TerminalError } from '../../errors'
import type { AvroType, RecordField, RecordType, UnionType } from '../../registry/avro/schema'
import { personalMapper, personalTag } from './leaves'
import { entries, isObject, items, type Leaf, type Mapper, union } from './mapping'

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
        return union(type as UnionType, (type as UnionType).branches.map(mapperOf), options.unions)
    }
  }
  const recordMapper = (type: RecordType): Mapper => {
    const subjectName = subjectField(type, options)?.name
    const parts = type.fields.flatMap((field) => {
      const mapper = isPersonal(field) ? personalMapper(type, field, options.unions) : mapperOf(field.type)
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
  return mapperOf
}

/** An empty name is nobody's: nobody could ask for its key to be deleted. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
