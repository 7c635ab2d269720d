/** From a schema to avsc's compiled types, with ours in the places where avsc's values are wrong for us. */
import { Type } from 'avsc'
import { MillraceError, messageOf, TerminalError } from '../../errors'
import type { AvroType } from '../../registry/avro/schema'
import type { AvscType, TypeOptions } from './avsc'
import { branchPicker } from './codec/branches'
import { PlainMap, PlainRecord } from './containers'
import { type AvscSchemas, avscSchemas } from './emit'
import { DateText, decimalType, FixedUuid, fixedDecimalType, Uuid } from './logical'
import { ExactLong, PromotingDouble, PromotingFloat } from './numbers'
import { plainUnion } from './unions'

/** Compiled types of named types made so far, by full name. */
interface HookOptions {
  readonly registry: Readonly<Record<string, AvscType>>
}

/**
 * The type of the values that are written and read here: with defaults, aliases and logical types.
 * @throws TerminalError SCHEMA_INVALID
 */
export function compileReader(type: AvroType): AvscType {
  return compile(avscSchemas(type, { defaults: true }), (schema, options, model) => {
    if (model.kind === 'union') return plainUnion(schema, branchPicker(model), options)
    return logicalType(schema, options, model) ?? plainType(schema, options, model)
  })
}

/**
 * What foreign bytes look like. Only the shape matters, so defaults that avsc would refuse are left out, and branches
 * need not be told apart. @throws TerminalError SCHEMA_INVALID
 */
export function compileWriter(type: AvroType): AvscType {
  return compile(avscSchemas(type, { defaults: false }), (schema, options, model) => {
    if (model.kind === 'union') return plainUnion(schema, () => -1, options)
    return plainType(schema, options, model)
  })
}

type MakeType = (schema: object, options: TypeOptions, model: AvroType) => AvscType | undefined

function compile({ root, modelOf }: AvscSchemas, make: MakeType): AvscType {
  const typeHook = (schema: unknown, options: TypeOptions) => {
    // References are full names; avsc would qualify one without a namespace by what stands around it.
    if (typeof schema === 'string') return (options as unknown as HookOptions).registry[schema]
    const model = modelOf.get(schema as object)
    return model && make(schema as object, options, model)
  }
  const options = { typeHook, omitRecordMethods: true, registry: {} }
  try {
    return Type.forSchema(root as never, options as never) as unknown as AvscType
  } catch (cause) {
    if (cause instanceof MillraceError) throw cause
    throw new TerminalError('SCHEMA_INVALID', messageOf(cause), { cause })
  }
}

function plainType(schema: object, options: TypeOptions, model: AvroType): AvscType | undefined {
  switch (model.kind) {
    case 'long':
      return new ExactLong()
    case 'double':
      return new PromotingDouble()
    case 'float':
      return new PromotingFloat()
    case 'map':
      return new PlainMap(schema, options)
    case 'record':
      return new PlainRecord(schema, options)
    default:
      return undefined
  }
}

function logicalType(schema: object, options: TypeOptions, model: AvroType): AvscType | undefined {
  const logical = 'logical' in model ? model.logical : undefined
  if (logical?.name === 'decimal') {
    if (model.kind === 'bytes') return decimalType(logical)
    if (model.kind === 'fixed') return fixedDecimalType({ ...schema, size: model.size }, logical, options)
  }
  if (logical?.name === 'uuid') return model.kind === 'fixed' ? new FixedUuid(schema, options) : new Uuid()
  return logical?.name === 'date' ? new DateText() : undefined
}
