import {
  type AvroType,
  branchName,
  type EnumType,
  type RecordField,
  type RecordType,
  simpleName,
  type UnionType,
} from '../../../registry/avro/schema'
import type { Action, EnumAction, FieldAction, FieldDefaultAction, RecordAction } from './actions'
import { applyAliases } from './aliases'
import { defaultBytes } from './default-bytes'
import { equivalent } from './equivalent'
import { matchingBranch } from './matching'
import { promotes } from './promotions'

/** Actions on records by the pair of types, so that recursion ends. */
type Resolved = Map<RecordType, Map<RecordType, Action>>

/**
 * How to read as `reader` what `writer` wrote.
 * @throws TerminalError SCHEMA_INVALID when the reader's aliases give two things in the writer's schema one name, or a
 * default that is needed is not one of its enum's symbols
 */
export function resolve(writer: AvroType, reader: AvroType): Action {
  // Java's readers do it twice, which shows where one alias is the name of something else.
  const renamed = applyAliases(applyAliases(writer, reader), reader)
  return resolveTypes(renamed, reader, new Map())
}

function resolveTypes(writer: AvroType, reader: AvroType, resolved: Resolved): Action {
  if (writer.kind === 'union') return resolveUnion(writer, reader, resolved)
  if (reader.kind === 'union') {
    const index = matchingBranch(writer, reader, (one, other) => readsFields(one, other, resolved))
    return index < 0 ? failure(writer, reader) : toBranch(writer, reader, index, resolved)
  }
  switch (writer.kind) {
    case 'array':
      return reader.kind === 'array'
        ? { does: 'array', items: resolveTypes(writer.items, reader.items, resolved) }
        : failure(writer, reader)
    case 'map':
      return reader.kind === 'map'
        ? { does: 'map', values: resolveTypes(writer.values, reader.values, resolved) }
        : failure(writer, reader)
    case 'record':
      return reader.kind === 'record' ? resolveRecords(writer, reader, resolved) : failure(writer, reader)
    case 'enum':
      return reader.kind === 'enum' && sameName(writer, reader) ? resolveEnums(writer, reader) : failure(writer, reader)
    case 'fixed':
      return reader.kind === 'fixed' && sameName(writer, reader) && writer.size === reader.size
        ? { does: 'read', writer, reader }
        : failure(writer, reader)
    default:
      return promotes(writer.kind, reader.kind) ? { does: 'read', writer, reader } : failure(writer, reader)
  }
}

/** Names are compared without their namespaces; those of records not at all. */
function sameName(writer: { readonly name: string }, reader: { readonly name: string }): boolean {
  return simpleName(writer.name) === simpleName(reader.name)
}

function resolveUnion(writer: UnionType, reader: AvroType, resolved: Resolved): Action {
  const alike = reader.kind === 'union' && equivalent(writer, reader)
  const branches = writer.branches.map((branch, index) =>
    alike ? toBranch(branch, reader, index, resolved) : resolveTypes(branch, reader, resolved),
  )
  return { does: 'writer-union', branches }
}

function toBranch(writer: AvroType, union: UnionType, index: number, resolved: Resolved): Action {
  return { does: 'branch', union, index, action: resolveTypes(writer, union.branches[index]!, resolved) }
}

function resolveEnums(writer: EnumType, reader: EnumType): EnumAction {
  const symbols = writer.symbols.map((symbol) => (reader.symbols.includes(symbol) ? symbol : reader.default))
  return { does: 'enum', writer, symbols }
}

function resolveRecords(writer: RecordType, reader: RecordType, resolved: Resolved): Action {
  const known = resolved.get(writer) ?? new Map<RecordType, Action>()
  const done = known.get(reader)
  if (done) return done
  const fields: FieldAction[] = []
  const names = new Set(writer.fields.map(({ name }) => name))
  const wanted = new Map(reader.fields.map((field) => [field.name, field]))
  const defaults: FieldDefaultAction[] = []
  const action: Writable<RecordAction> = { does: 'record', reader, fields, defaults }
  resolved.set(writer, known.set(reader, action))
  for (const written of writer.fields) {
    const field = wanted.get(written.name)
    if (field) fields.push({ field, action: resolveTypes(written.type, field.type, resolved) })
    else fields.push({ skipped: written })
  }
  for (const field of reader.fields.filter(({ name }) => !names.has(name))) {
    if (!field.default) return failRecord(writer, field, action, known)
    defaults.push({ field, bytes: defaultBytes(field.type, field.default.exact) })
  }
  return action
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Those who refer to the record from within have its action already, so that it has to fail too. */
function failRecord(
  writer: RecordType,
  missing: RecordField,
  action: Writable<RecordAction>,
  known: Map<RecordType, Action>,
): Action {
  const { reader } = action
  action.failure = `the writer's ${writer.name} has no field ${missing.name}, and the reader has no default for it`
  const failed: Action = { does: 'fail', message: action.failure }
  known.set(reader, failed)
  return failed
}

/** A record that is still being looked at has the fields found so far. */
function readsFields(writer: RecordType, reader: RecordType, resolved: Resolved): boolean {
  const action = resolveRecords(writer, reader, resolved)
  return (
    action.does === 'record' && action.fields.every((field) => !('action' in field && field.action.does === 'fail'))
  )
}

function failure(writer: AvroType, reader: AvroType): Action {
  const expected = reader.kind === 'union' ? "any branch of the reader's union" : nameOf(reader)
  return { does: 'fail', message: `the writer's ${nameOf(writer)} cannot be read as ${expected}` }
}

function nameOf(type: AvroType): string {
  return type.kind === 'fixed' ? `${type.name} of ${type.size} bytes` : branchName(type)
}
