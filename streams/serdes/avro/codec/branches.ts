/** Which branch of a union a plain value belongs to: decided once per union, from its types, never by trial. */
import { TerminalError } from '../../../errors'
import { formOf, type ValueOptions } from '../../../registry/avro/forms'
import { type AvroType, branchName, type RecordType, type UnionType } from '../../../registry/avro/schema'

/** The index of the branch; -1 when no branch takes the value. */
export type PickBranch = (value: unknown) => number

/** What values look like in JavaScript. Branches that look alike must be told apart by what is in them. */
type Look = 'null' | 'boolean' | 'number' | 'bigint' | 'string' | 'buffer' | 'array' | 'date' | 'object'

/**
 * @throws TerminalError SCHEMA_INVALID when two branches cannot be told apart
 */
export function branchPicker(union: UnionType, options: ValueOptions = {}): PickBranch {
  const byLook = new Map<Look, number[]>()
  union.branches.forEach((branch, index) => {
    const look = lookOf(branch, options)
    byLook.set(look, [...(byLook.get(look) ?? []), index])
  })
  const nullIndex = byLook.get('null')?.[0] ?? -1
  byLook.delete('null')
  const pickers = new Map([...byLook].map(([look, indices]) => [look, among(look, indices, union)]))
  if (pickers.size === 1) {
    // Nullable types and unions of records are nearly all there are.
    const pick = [...pickers.values()][0]!
    return (value) => (value === null ? nullIndex : pick(value))
  }
  return (value) => (value === null ? nullIndex : (pickers.get(lookOfValue(value) ?? 'null')?.(value) ?? -1))
}

function lookOf(type: AvroType, options: ValueOptions): Look {
  const form = formOf(type, options)
  if (form !== 'raw') return form === 'text' ? 'string' : form === 'parts' ? 'object' : form
  switch (type.kind) {
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return 'number'
    case 'bytes':
    case 'fixed':
      return 'buffer'
    case 'enum':
      return 'string'
    case 'map':
    case 'record':
      return 'object'
    case 'union':
      throw new TerminalError('SCHEMA_INVALID', 'a union stands directly in a union')
    default:
      return type.kind
  }
}

function lookOfValue(value: unknown): Look | undefined {
  if (typeof value === 'object') {
    if (Array.isArray(value)) return 'array'
    if (value instanceof Uint8Array) return 'buffer'
    return value instanceof Date ? 'date' : 'object'
  }
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' || type === 'bigint' ? type : undefined
}

function among(look: Look, indices: readonly number[], union: UnionType): PickBranch {
  const [only] = indices
  if (indices.length === 1) return () => only!
  const branches = indices.map((index) => ({ index, type: union.branches[index]! }))
  const picker =
    look === 'number' ? narrowest(branches) : (bySymbols(branches) ?? bySizes(branches) ?? byRecords(branches))
  if (picker) return picker
  const names = branches.map(({ type }) => branchName(type)).join(', ')
  const mend =
    look === 'object'
      ? 'give each record a field, of one name, whose type is an enum with one symbol of its own'
      : 'leave one of them, or put them into records'
  throw new TerminalError(
    'SCHEMA_INVALID',
    `the branches ${names} of a union cannot be told apart by their values: ${mend}`,
  )
}

interface Branch {
  readonly index: number
  readonly type: AvroType
}

const numberKinds = ['int', 'long', 'float', 'double'] as const
const holds: Readonly<Record<(typeof numberKinds)[number], (value: number) => boolean>> = {
  int: (value) => value === (value | 0) && !Object.is(value, -0),
  long: (value) => Number.isSafeInteger(value) && !Object.is(value, -0),
  float: (value) => Object.is(Math.fround(value), value),
  double: () => true,
}

/** A number means the same in every branch that holds it exactly, so the narrowest is taken; the widest takes the rest. */
function narrowest(branches: readonly Branch[]): PickBranch {
  const sorted = numberKinds.flatMap((kind) => branches.filter(({ type }) => type.kind === kind))
  const last = sorted.at(-1)!
  const tests = sorted.map(({ index, type }) => ({ index, holds: holds[type.kind as (typeof numberKinds)[number]] }))
  return (value) => tests.find((test) => typeof value === 'number' && test.holds(value))?.index ?? last.index
}

/** Enums without a symbol in common. */
function bySymbols(branches: readonly Branch[]): PickBranch | undefined {
  const indices = new Map<unknown, number>()
  for (const { index, type } of branches) {
    if (type.kind !== 'enum') return undefined
    for (const symbol of type.symbols) {
      if (indices.has(symbol)) return undefined
      indices.set(symbol, index)
    }
  }
  return (value) => indices.get(value) ?? -1
}

/** Fixed types of different sizes. */
function bySizes(branches: readonly Branch[]): PickBranch | undefined {
  const indices = new Map<number, number>()
  for (const { index, type } of branches) {
    if (type.kind !== 'fixed' || indices.has(type.size)) return undefined
    indices.set(type.size, index)
  }
  return (value) => indices.get((value as Buffer).length) ?? -1
}

function byRecords(branches: readonly Branch[]): PickBranch | undefined {
  const records: { readonly index: number; readonly type: RecordType }[] = []
  for (const { index, type } of branches) {
    if (type.kind !== 'record') return undefined
    records.push({ index, type })
  }
  return byDiscriminator(records) ?? byStructure(records)
}

type RecordBranch = { readonly index: number; readonly type: RecordType }

/** A field that every record has, of one symbol each and no symbol twice, such as `eventType`. */
function byDiscriminator(records: readonly RecordBranch[]): PickBranch | undefined {
  for (const { name } of records[0]!.type.fields) {
    const symbols = records.map(({ type }) => onlySymbol(type, name))
    if (symbols.includes(undefined) || new Set(symbols).size < symbols.length) continue
    const indices = new Map<unknown, number>(records.map(({ index }, place) => [symbols[place], index]))
    return (value) => indices.get((value as Readonly<Record<string, unknown>> | undefined)?.[name]) ?? -1
  }
  return undefined
}

function onlySymbol(record: RecordType, name: string): string | undefined {
  const type = record.fields.find((field) => field.name === name)?.type
  return type?.kind === 'enum' && type.symbols.length === 1 ? type.symbols[0] : undefined
}

/** Records of which, in each pair, one must have a field that the other may not: no value fits both. */
function byStructure(records: readonly RecordBranch[]): PickBranch | undefined {
  const shapes = records.map(({ index, type }) => ({
    index,
    names: new Set(type.fields.map((field) => field.name)),
    required: type.fields.filter((field) => !field.default).map((field) => field.name),
  }))
  const apart = shapes.every((one) => shapes.every((other) => one === other || owns(one, other) || owns(other, one)))
  if (!apart) return undefined
  return (value) => {
    if (typeof value !== 'object' || value === null) return -1
    const present = Object.keys(value)
    const fits = shapes.find(
      ({ names, required }) =>
        required.every((name) => Object.hasOwn(value, name)) && present.every((name) => names.has(name)),
    )
    return fits?.index ?? -1
  }
}

interface Shape {
  readonly names: ReadonlySet<string>
  readonly required: readonly string[]
}

/** Whether one must have a field that the other may not. */
function owns(one: Shape, other: Shape): boolean {
  return one.required.some((name) => !other.names.has(name))
}
