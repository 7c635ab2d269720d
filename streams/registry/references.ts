import { TerminalError } from '../errors'
import { parseAvro } from './avro/parse'
import type { AvroType } from './avro/schema'
import type { ReferencedSchema, RegisteredSchema } from './port'

/** Parses an Avro schema together with those whose names it uses. @throws TerminalError SCHEMA_INVALID */
export function parseWithReferences(schema: string, referenced: readonly ReferencedSchema[] = []): AvroType {
  return parseAvro(schema, [...new Set(referenced.map((one) => one.schema))])
}

/** @throws TerminalError SCHEMA_INVALID, also for a schema that is not Avro */
export function parseRegistered({ type, schema, referenced }: RegisteredSchema): AvroType {
  if (type !== 'AVRO') throw new TerminalError('SCHEMA_INVALID', `it is a schema of type ${type}, not Avro`)
  return parseWithReferences(schema, referenced)
}
