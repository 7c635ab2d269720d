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

/** @throws TerminalError SCHEMA_INVALID */
export function compileForeign(
  type: ForeignType,
  schema: string,
  referenced: readonly ReferencedSchema[] = [],
): ForeignSchema {
  const library = LibraryType[type]
  const referencedSchemas = referenced.map((one) => ({ type: library, schema: one.schema }))
  // Formats are hints for people; the library knows none and would refuse the schema.
  const options = { referencedSchemas, ...(type === 'JSON' && { strict: false, validateFormats: false }) }
  try {
    return schemaFromConfluentSchema({ type: library, schema }, { [library]: options }) as ForeignSchema
  } catch (cause) {
    throw new TerminalError('SCHEMA_INVALID', `it is no ${type} schema: ${messageOf(cause)}`, { cause })
  }
}
