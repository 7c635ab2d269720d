/** The named types that a parser knows so far, and stand-ins for those it does not know yet. */
import { equalTypes } from './equal'
import { invalid } from './invalid'
import { noMembers } from './json'
import { checkNamespace, type Name } from './names'
import { type AvroType, type NamedAvroType, type PrimitiveKind, primitiveKinds, type RecordType } from './schema'

/** Stands for a type that is defined later; until then it is taken for a record without fields, as Java does. */
export interface StandIn extends RecordType {
  readonly standsFor: string
}

export function isStandIn(type: AvroType): type is StandIn {
  return 'standsFor' in type
}

export interface Context {
  /** By their full names, in the order in which their definitions ended. */
  readonly types: Map<string, NamedAvroType>
  /** How many stand-ins there are: each has a name of its own, so that a union may hold two. */
  standIns: number
}

export function newContext(): Context {
  return { types: new Map(), standIns: 0 }
}

/** The type a name means: in the namespace around it, else without one, else one that is defined later. */
export function find(context: Context, name: string, around: string): AvroType {
  if (isPrimitive(name)) return { kind: name, props: noMembers }
  const full = around === '' || name.includes('.') ? name : `${around}.${name}`
  return context.types.get(full) ?? context.types.get(name) ?? standIn(context, full)
}

export function isPrimitive(name: string): name is PrimitiveKind {
  return (primitiveKinds as readonly string[]).includes(name)
}

function standIn(context: Context, standsFor: string): StandIn {
  context.standIns += 1
  const name = `${standsFor} (${context.standIns})`
  return { kind: 'record', name, standsFor, aliases: [], fields: [], props: noMembers }
}

/**
 * Makes a definition known, and gives the one that holds: a type may be defined twice if both are equal.
 * @throws TerminalError SCHEMA_INVALID
 */
export function define(context: Context, name: Name, type: NamedAvroType): NamedAvroType {
  checkNamespace(name)
  const known = context.types.get(name.full)
  if (known === undefined) {
    context.types.set(name.full, type)
    return type
  }
  if (!equalTypes(known, type)) return invalid(`${name.full} is defined twice, differently`)
  return known.aliases.join() === type.aliases.join() && known.doc === type.doc && sameFieldAliases(known, type)
    ? known
    : type
}

/** Equality does not look at aliases. */
function sameFieldAliases(one: NamedAvroType, other: NamedAvroType): boolean {
  if (one.kind !== 'record' || other.kind !== 'record') return one.kind === other.kind
  return one.fields.every((field, index) => field.aliases.join() === other.fields[index]!.aliases.join())
}
