/** Schemas that are not Avro, through the library that reads what was written with them. */
import { SchemaType as LibraryType } from '@kafkajs/confluent-schema-registry/dist/@types'
import { schemaFromConfluentSchema } from '@kafkajs/confluent-schema-registry/dist/schemaTypeResolver'
import { messageOf, TerminalError } from '../errors'
import type { ReferencedSchema, SchemaType } from './port'

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
  const library = LibraryType[type]
  const { referenced = [], messageName = type === 'PROTOBUF' ? firstMessage(schema) : undefined } = options
  const given = {
    referencedSchemas: referenced.map((one) => ({ type: library, schema: one.schema })),
    ...(messageName !== undefined && { messageName }),
    // Formats are hints for people; the library knows none and would refuse the schema.
    ...(type === 'JSON' && { strict: false, validateFormats: false }),
  }
  try {
    return schemaFromConfluentSchema({ type: library, schema }, { [library]: given }) as ForeignSchema
  } catch (cause) {
    throw new TerminalError('SCHEMA_INVALID', `it is no ${type} schema: ${messageOf(cause)}`, { cause })
  }
}

/** The library takes the first thing that is declared for a message, be it an enum. */
function firstMessage(schema: string): string | undefined {
  const code = schema.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\]|\\.)*"/g, '""')
  return /(?:^|[\s;}])message\s+(\w+)/.exec(code)?.[1]
}
