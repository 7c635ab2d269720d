/**
 * Puts the types in the places of their stand-ins. Types are made anew on the way, and what depends on a type that was not
 * known before (defaults, the branches of a union) is checked again, in the order in which Java's SchemaResolver does it:
 * a default that contains its own record is an error there.
 */
import { branchesOf } from './branches'
import { type Context, isStandIn, type StandIn } from './context'
import { checkDefault } from './defaults'
import { invalid } from './invalid'
import type { AvroType, RecordField, RecordType } from './schema'

interface Linking {
  readonly context: Context
  readonly made: Map<AvroType, AvroType>
  /** Records that have been made but not filled. */
  readonly unfinished: Set<AvroType>
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** @throws TerminalError SCHEMA_INVALID where a name has no definition, or the definition does not fit its use */
export function link(root: AvroType, context: Context): AvroType {
  const linking: Linking = { context, made: new Map(), unfinished: new Set() }
  for (const type of context.types.values()) visit(type, new Set(), linking)
  const start = 'name' in root ? (context.types.get(root.name) ?? root) : root
  visit(start, new Set(), linking)
  return linking.made.get(start)!
}

function visit(type: AvroType, visited: Set<AvroType>, linking: Linking): void {
  if (visited.has(type)) return
  visited.add(type)
  if (isStandIn(type)) {
    resolve(type, linking)
    return
  }
  if (type.kind === 'record') {
    visitRecord(type, visited, linking)
    return
  }
  if (type.kind === 'union') for (const branch of [...type.branches].reverse()) visit(branch, visited, linking)
  if (type.kind === 'array') visit(type.items, visited, linking)
  if (type.kind === 'map') visit(type.values, visited, linking)
  linking.made.set(
    type,
    remade(type, (part) => linking.made.get(part)!),
  )
}

function resolve(standIn: StandIn, linking: Linking): void {
  const { context, made } = linking
  const definition = context.types.get(standIn.standsFor) ?? invalid(`the name ${standIn.standsFor} is not defined`)
  if (!made.has(definition)) visit(definition, new Set(), linking)
  made.set(standIn, made.get(definition)!)
}

function visitRecord(type: RecordType, visited: Set<AvroType>, linking: Linking): void {
  const { made, unfinished } = linking
  const fields: RecordField[] = []
  if (!made.has(type)) {
    const record = { ...type, fields }
    unfinished.add(record)
    made.set(type, record)
  }
  for (const field of type.fields) visit(field.type, visited, linking)
  const record = made.get(type) as Writable<RecordType>
  if (!unfinished.has(record)) return
  record.fields = type.fields.map((field) => linkedField(field, made.get(field.type)!, unfinished))
  unfinished.delete(record)
}

function linkedField(field: RecordField, type: AvroType, unfinished: ReadonlySet<AvroType>): RecordField {
  if (field.default && !checkDefault(type, field.default.exact, unfinished)) {
    invalid(`the default of ${field.name} does not fit its type: ${JSON.stringify(field.default.json)}`)
  }
  return { ...field, type }
}

function remade(type: AvroType, part: (type: AvroType) => AvroType): AvroType {
  if (type.kind === 'array') return { ...type, items: part(type.items) }
  if (type.kind === 'map') return { ...type, values: part(type.values) }
  return type.kind === 'union' ? branchesOf(type.branches.map(part)) : type
}
