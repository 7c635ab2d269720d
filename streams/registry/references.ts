/** Avro schemas whose names are defined in other schemas. */
import { TerminalError } from '../errors'
import { parseAvro } from './avro/parse'
import type { AvroType } from './avro/schema'
import type { ReferencedSchema, RegisteredSchema } from './port'

/**
 * Parses a schema together with those it needs. They are put into the fields of one record, since Avro looks up names in
 * all that was defined before, wherever it stands. @throws TerminalError SCHEMA_INVALID
 */
export function parseWithReferences(schema: string, referenced: readonly ReferencedSchema[] = []): AvroType {
  if (referenced.length === 0) return parseAvro(schema)
  const texts = [...new Set(referenced.map((one) => one.schema)), schema]
  for (const text of texts) checkJson(text)
  const fields = texts.map((text, index) => `{"name":"f${index}","type":${text}}`)
  const holder = parseAvro(`{"type":"record","name":"MillraceReferences","fields":[${fields.join(',')}]}`)
  if (holder.kind !== 'record') throw new TypeError('a record is a record')
  return holder.fields.at(-1)!.type
}

/** @throws TerminalError SCHEMA_INVALID, also for a schema that is not Avro */
export function parseRegistered({ type, schema, referenced }: RegisteredSchema): AvroType {
  if (type !== 'AVRO') throw new TerminalError('SCHEMA_INVALID', `it is a ${type} schema, not Avro`)
  return parseWithReferences(schema, referenced)
}

/** A text that is not JSON by itself must not become JSON by what is put around it. */
function checkJson(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    parseAvro(text)
  }
}
