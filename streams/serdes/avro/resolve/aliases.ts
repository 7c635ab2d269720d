/**
 * The reader's aliases rename the writer's types and fields before anything else (Java's `Schema.applyAliases`). Where the
 * schemas are equal but for aliases and docs, they do nothing.
 */
import { branchesOf } from '../../../registry/avro/branches'
import { equalTypes } from '../../../registry/avro/equal'
import { invalid } from '../../../registry/avro/invalid'
import type { AvroType, RecordField, RecordType } from '../../../registry/avro/schema'

/** By their full names. */
interface Aliases {
  /** Of types: what the reader calls them. */
  readonly types: Map<string, string>
  /** Of the fields of a record, by its name with the reader. */
  readonly fields: Map<string, Map<string, string>>
}

/**
 * The writer's schema with the reader's names.
 * @throws TerminalError SCHEMA_INVALID when two branches or two fields come to have one name
 */
export function applyAliases(writer: AvroType, reader: AvroType): AvroType {
  if (equalTypes(writer, reader)) return writer
  const aliases: Aliases = { types: new Map(), fields: new Map() }
  collect(reader, aliases, new Set())
  if (aliases.types.size === 0 && aliases.fields.size === 0) return writer
  return renamed(writer, aliases, new Map())
}

function collect(type: AvroType, aliases: Aliases, seen: Set<AvroType>): void {
  if ('name' in type) for (const alias of type.aliases) aliases.types.set(alias, type.name)
  if (type.kind === 'array') collect(type.items, aliases, seen)
  else if (type.kind === 'map') collect(type.values, aliases, seen)
  else if (type.kind === 'union') for (const branch of type.branches) collect(branch, aliases, seen)
  else if (type.kind === 'record' && !seen.has(type)) {
    seen.add(type)
    collectFields(type, aliases, seen)
  }
}

function collectFields(record: RecordType, aliases: Aliases, seen: Set<AvroType>): void {
  for (const field of record.fields) {
    if (field.aliases.length > 0) {
      const names = aliases.fields.get(record.name) ?? new Map<string, string>()
      for (const alias of field.aliases) names.set(alias, field.name)
      aliases.fields.set(record.name, names)
    }
    collect(field.type, aliases, seen)
  }
  const names = aliases.fields.get(record.name)
  if (names) for (const alias of record.aliases) aliases.fields.set(alias, names)
}

function renamed(type: AvroType, aliases: Aliases, made: Map<AvroType, AvroType>): AvroType {
  if (type.kind === 'array') return { ...type, items: renamed(type.items, aliases, made) }
  if (type.kind === 'map') return { ...type, values: renamed(type.values, aliases, made) }
  if (type.kind === 'union') return branchesOf(type.branches.map((branch) => renamed(branch, aliases, made)))
  if (type.kind === 'record') return made.get(type) ?? renamedRecord(type, aliases, made)
  return 'name' in type ? { ...type, name: aliases.types.get(type.name) ?? type.name } : type
}

function renamedRecord(type: RecordType, aliases: Aliases, made: Map<AvroType, AvroType>): RecordType {
  const name = aliases.types.get(type.name) ?? type.name
  const fields: RecordField[] = []
  const record = { ...type, name, fields }
  made.set(type, record)
  const names = aliases.fields.get(name)
  const seen = new Set<string>()
  for (const field of type.fields) {
    const fieldName = names?.get(field.name) ?? field.name
    fields.push({ ...field, name: fieldName, type: renamed(field.type, aliases, made) })
    if (seen.has(fieldName)) invalid(`by the reader's aliases ${name} has the field ${fieldName} twice`)
    seen.add(fieldName)
  }
  return record
}
