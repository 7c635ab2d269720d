/**
 * Whether data of one schema (the writer's) can be read as another (the reader's), and if not, why: the verdicts of Avro's
 * Java `SchemaCompatibility`, which is what schema registries ask.
 */
import { type AvroType, branchName, type EnumType, type RecordField, type RecordType, simpleName } from './avro/schema'

export type IncompatibilityType =
  | 'NAME_MISMATCH'
  | 'FIXED_SIZE_MISMATCH'
  | 'MISSING_ENUM_SYMBOLS'
  | 'READER_FIELD_MISSING_DEFAULT_VALUE'
  | 'TYPE_MISMATCH'
  | 'MISSING_UNION_BRANCH'

export interface Incompatibility {
  readonly type: IncompatibilityType
  /** A path in the reader's schema, for example `/fields/0/type`; `/` is its root. */
  readonly location: string
  /** For people. */
  readonly message: string
}

export interface Compatibility {
  readonly compatible: boolean
  readonly incompatibilities: readonly Incompatibility[]
  /** Why the question has no answer, where it has none: a reader field whose name and aliases fit several fields of the writer. */
  readonly problem?: string
}

/** What the reader promotes, by its kind: the writer's kinds. */
const promotions: Readonly<Partial<Record<AvroType['kind'], readonly AvroType['kind'][]>>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  string: ['bytes'],
  bytes: ['string'],
}

/** What is wrong with one pair of types, with locations that begin at it. */
type Findings = readonly Incompatibility[]

/** Pairs looked at: found already, or (undefined) being looked at, which a recursive schema counts as compatible. */
type Seen = Map<AvroType, Map<AvroType, Findings | undefined>>

/** Can the reader read what the writer wrote? Defaults' values, docs, order and logical types play no part. */
export function checkCompatibility(reader: AvroType, writer: AvroType): Compatibility {
  try {
    const found = compare(reader, writer, new Map())
    const incompatibilities = found.map((item) => ({ ...item, location: item.location || '/' }))
    return { compatible: found.length === 0, incompatibilities }
  } catch (error) {
    if (error instanceof AmbiguousField) return { compatible: false, incompatibilities: [], problem: error.message }
    throw error
  }
}

class AmbiguousField extends Error {}

function compare(reader: AvroType, writer: AvroType, seen: Seen): Findings {
  const known = seen.get(reader) ?? new Map<AvroType, Findings | undefined>()
  if (known.has(writer)) return known.get(writer) ?? []
  seen.set(reader, known.set(writer, undefined))
  const found = comparePair(reader, writer, seen)
  known.set(writer, found)
  return found
}

function comparePair(reader: AvroType, writer: AvroType, seen: Seen): Findings {
  if (writer.kind === 'union') {
    return writer.branches.flatMap((branch, index) => {
      if (reader.kind === 'union') return at(index, compareWithUnion(reader.branches, branch, seen))
      return at(index, compare(reader, branch, seen))
    })
  }
  if (reader.kind === 'union') return compareWithUnion(reader.branches, writer, seen)
  if (reader.kind === 'record' && writer.kind === 'record') {
    return [...compareNames(reader, writer), ...compareFields(reader, writer, seen)]
  }
  if (reader.kind === 'enum' && writer.kind === 'enum') {
    return [...compareNames(reader, writer), ...compareSymbols(reader, writer)]
  }
  if (reader.kind === 'fixed' && writer.kind === 'fixed') {
    const names = compareNames(reader, writer)
    if (reader.size === writer.size) return names
    return [
      ...names,
      finding('FIXED_SIZE_MISMATCH', '/size', `the writer has ${writer.size} bytes, not ${reader.size}`),
    ]
  }
  if (reader.kind === 'array' && writer.kind === 'array') return at('items', compare(reader.items, writer.items, seen))
  if (reader.kind === 'map' && writer.kind === 'map') return at('values', compare(reader.values, writer.values, seen))
  if (reader.kind === writer.kind || promotions[reader.kind]?.includes(writer.kind)) return []
  return [finding('TYPE_MISMATCH', '', `${branchName(writer)} cannot be read as ${branchName(reader)}`)]
}

function compareWithUnion(branches: readonly AvroType[], writer: AvroType, seen: Seen): Findings {
  if (branches.some((branch) => compare(branch, writer, seen).length === 0)) return []
  return [finding('MISSING_UNION_BRANCH', '', `no branch of the reader's union can read ${branchName(writer)}`)]
}

type Named = Extract<AvroType, { readonly name: string }>

function compareNames(reader: Named, writer: Named): Findings {
  if (simpleName(reader.name) === simpleName(writer.name) || hasAlias(reader, writer.name)) return []
  return [finding('NAME_MISMATCH', '/name', `${writer.name} is neither the name nor an alias of ${reader.name}`)]
}

/** Java writes an alias without a namespace, of a type that has one, with a dot in front, and so never finds it here. */
function hasAlias(reader: Named, name: string): boolean {
  return reader.aliases.includes(name) && (name.includes('.') || !reader.name.includes('.'))
}

function compareSymbols(reader: EnumType, writer: EnumType): Findings {
  const missing = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol))
  if (missing.length === 0 || reader.default !== undefined) return []
  const message = `the reader's enum ${reader.name} lacks ${missing.join(', ')} and has no default`
  return [finding('MISSING_ENUM_SYMBOLS', '/symbols', message)]
}

function compareFields(reader: RecordType, writer: RecordType, seen: Seen): Findings {
  return reader.fields.flatMap((field, index) =>
    at('fields', at(index, compareField(field, lookUp(field, reader, writer), writer, seen))),
  )
}

function compareField(field: RecordField, written: RecordField | undefined, writer: RecordType, seen: Seen): Findings {
  if (written) return at('type', compare(field.type, written.type, seen))
  if (field.default) return []
  // Java compares an enum that has a default of its own with the writer's whole record.
  if (field.type.kind === 'enum' && field.type.default !== undefined)
    return at('type', compare(field.type, writer, seen))
  const message = `the writer has no field ${field.name}, and the reader has no default for it`
  return [finding('READER_FIELD_MISSING_DEFAULT_VALUE', '', message)]
}

function lookUp(field: RecordField, reader: RecordType, writer: RecordType): RecordField | undefined {
  const names = [field.name, ...field.aliases]
  const hits = names.flatMap((name) => writer.fields.filter((candidate) => candidate.name === name))
  if (hits.length < 2) return hits[0]
  const fields = hits.map((hit) => hit.name).join(' and ')
  throw new AmbiguousField(`${reader.name}.${field.name} fits several fields of the writer: ${fields}`)
}

function finding(type: IncompatibilityType, location: string, message: string): Incompatibility {
  return { type, location, message }
}

function at(step: string | number, findings: Findings): Findings {
  return findings.map((item) => ({ ...item, location: `/${step}${item.location}` }))
}
