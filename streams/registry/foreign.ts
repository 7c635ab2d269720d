/** Schemas that are not Avro, through the library that reads what was written with them. */
import { messageOf, TerminalError } from '../errors'
import type { ReferencedSchema, SchemaType } from './port'
import { wellKnownTypes } from './well-known-types'

type TypesModule = typeof import('@kafkajs/confluent-schema-registry/dist/@types')
type ResolverModule = typeof import('@kafkajs/confluent-schema-registry/dist/schemaTypeResolver')

export type ForeignType = Exclude<SchemaType, 'AVRO'>

/** A compiled JSON Schema or Protobuf schema. */
export interface ForeignSchema {
  /** @throws Error for a value that the schema does not allow */
  toBuffer(value: unknown): Buffer
  /** @throws Error for bytes that are no value of the schema */
  fromBuffer(bytes: Buffer): unknown
}

export interface ForeignOptions {
  readonly referenced?: readonly ReferencedSchema[]
  /** Of a Protobuf schema with several: which, within its package. Default the first. */
  readonly messageName?: string
}

/** @throws TerminalError SCHEMA_INVALID */
export function compileForeign(type: ForeignType, schema: string, options: ForeignOptions = {}): ForeignSchema {
  const { SchemaType: libraryTypes, schemaFromConfluentSchema } = library()
  const libraryType = libraryTypes[type]
  const { referenced = [], messageName = type === 'PROTOBUF' ? firstMessage(schema) : undefined } = options
  const all = type === 'PROTOBUF' ? [...referenced, ...wellKnownTypes(schema, referenced)] : referenced
  const given = {
    referencedSchemas: all.map((one) => ({ type: libraryType, schema: one.schema })),
    ...(messageName !== undefined && { messageName }),
    // Formats are hints for people; the library knows none and would refuse the schema.
    ...(type === 'JSON' && { strict: false, validateFormats: false }),
  }
  try {
    return schemaFromConfluentSchema({ type: libraryType, schema }, { [libraryType]: given }) as ForeignSchema
  } catch (cause) {
    throw new TerminalError('SCHEMA_INVALID', `it is no ${type} schema: ${messageOf(cause)}`, { cause })
  }
}

/** Only when it is needed: it brings three parsers, and loading them delays every start. */
function library() {
  const types = require('@kafkajs/confluent-schema-registry/dist/@types') as TypesModule
  return { ...types, ...(require('@kafkajs/confluent-schema-registry/dist/schemaTypeResolver') as ResolverModule) }
}

/** The library takes the first thing that is declared for a message, be it an enum. */
function firstMessage(schema: string): string | undefined {
  const code = schema.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\]|\\.)*"/g, '""')
  return /(?:^|[\s;}])message\s+(\w+)/.exec(code)?.[1]
}
