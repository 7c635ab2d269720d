/**
 * A parsed schema as JSON for avsc: every name full and every type defined where it is first met, so that what avsc would
 * refuse (a name used before its definition, the same definition twice) has gone, and each node still knows its type.
 */
import { TerminalError } from '../../errors'
import type { AvroType, EnumType, FixedType, RecordField, RecordType } from '../../registry/avro/schema'

export interface AvscSchemas {
  readonly root: unknown
  readonly modelOf: ReadonlyMap<object, AvroType>
}

interface EmitOptions {
  /** Whether what only a reader needs is there: defaults and aliases. */
  readonly defaults: boolean
}

export function avscSchemas(type: AvroType, options: EmitOptions): AvscSchemas {
  const modelOf = new Map<object, AvroType>()
  const defined = new Set<AvroType>()
  const node = <T extends object>(model: AvroType, schema: T): T => {
    modelOf.set(schema, model)
    return schema
  }
  const emit = (model: AvroType): unknown => {
    switch (model.kind) {
      case 'array':
        return node(model, { type: 'array', items: emit(model.items) })
      case 'map':
        return node(model, { type: 'map', values: emit(model.values) })
      case 'union':
        return node(model, model.branches.map(emit))
      case 'record':
      case 'enum':
      case 'fixed':
        if (defined.has(model)) return model.name
        defined.add(model)
        return node(model, { ...named(model, options), ...parts(model) })
      default:
        return node(model, { type: model.kind })
    }
  }
  const parts = (model: RecordType | EnumType | FixedType): object => {
    if (model.kind === 'fixed') return { size: model.size }
    if (model.kind === 'record')
      return { fields: model.fields.map((field) => fieldOf(field, emit(field.type), options)) }
    return { symbols: model.symbols, ...(model.default !== undefined && { default: model.default }) }
  }
  return { root: emit(type), modelOf }
}

function named(model: RecordType | EnumType | FixedType, { defaults }: EmitOptions): object {
  return { type: model.kind, name: model.name, namespace: '', ...(defaults && { aliases: model.aliases }) }
}

function fieldOf(field: RecordField, type: unknown, { defaults }: EmitOptions): object {
  const { name } = field
  if (!defaults) return { name, type }
  // avsc makes records by assignments, which set an object's prototype here instead of a field.
  if (name === '__proto__') throw new TerminalError('SCHEMA_INVALID', 'a field cannot be called __proto__')
  const fallback = field.default && { default: defaultValue(field.type, field.default.json) }
  return { name, type, aliases: field.aliases, ...fallback }
}

/** Avro writes the numbers that JSON lacks as text. */
function defaultValue(type: AvroType, json: unknown): unknown {
  const isText = json === 'NaN' || json === 'Infinity' || json === '-Infinity'
  return isText && (type.kind === 'float' || type.kind === 'double') ? Number(json) : json
}
