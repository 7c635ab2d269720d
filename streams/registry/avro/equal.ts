/**
 * Whether two schemas are equal as Java's `Schema.equals` has it: names, structure, defaults, order and properties count;
 * docs and aliases do not, nor does the default of an enum.
 */
import { equalJson, equalMembers } from './json'
import type { AvroType, RecordField, RecordType } from './schema'

/** Pairs of records that are being compared, which a recursive schema counts as equal. */
type Seen = Map<RecordType, Set<RecordType>>

export function equalTypes(one: AvroType, other: AvroType): boolean {
  return equal(one, other, new Map())
}

function equal(one: AvroType, other: AvroType, seen: Seen): boolean {
  if (one === other) return true
  if (one.kind === 'union') return other.kind === 'union' && equalLists(one.branches, other.branches, seen)
  if (other.kind === 'union' || one.kind !== other.kind || !equalMembers(one.props, other.props)) return false
  if ('name' in one && 'name' in other && one.name !== other.name) return false
  if (one.kind === 'array' && other.kind === 'array') return equal(one.items, other.items, seen)
  if (one.kind === 'map' && other.kind === 'map') return equal(one.values, other.values, seen)
  if (one.kind === 'fixed' && other.kind === 'fixed') return one.size === other.size
  if (one.kind === 'record' && other.kind === 'record') return equalRecords(one, other, seen)
  return one.kind !== 'enum' || other.kind !== 'enum' || one.symbols.join() === other.symbols.join()
}

function equalLists(ones: readonly AvroType[], others: readonly AvroType[], seen: Seen): boolean {
  return ones.length === others.length && ones.every((one, index) => equal(one, others[index]!, seen))
}

function equalRecords(one: RecordType, other: RecordType, seen: Seen): boolean {
  const met = seen.get(one) ?? new Set()
  if (met.has(other)) return true
  seen.set(one, met.add(other))
  return (
    one.fields.length === other.fields.length &&
    one.fields.every((field, index) => equalFields(field, other.fields[index]!, seen))
  )
}

function equalFields(one: RecordField, other: RecordField, seen: Seen): boolean {
  if (one.name !== other.name || one.order !== other.order || !equalMembers(one.props, other.props)) return false
  if (!one.default || !other.default) return one.default === other.default && equal(one.type, other.type, seen)
  return equalJson(one.default.exact, other.default.exact) && equal(one.type, other.type, seen)
}
