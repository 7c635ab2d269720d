import { isJsonArray, isJsonNumber, isJsonObject, type Json, parseJson } from './avro/json'
import type { SchemaReference, SchemaType } from './port'

/**
 * What two texts have in common when they are one schema: white space and the order of JSON attributes make no difference.
 * Numbers stay as they are written, since some are beyond what JavaScript tells apart.
 */
export function identityOf(schema: string, type: SchemaType, references: readonly SchemaReference[] = []): string {
  const needs = references.map(({ name, subject, version }) => `${name} ${subject} ${version}`).sort()
  return [type, type === 'PROTOBUF' ? schema.trim() : sortedJson(schema), ...needs].join('\n')
}

function sortedJson(text: string): string {
  try {
    return JSON.stringify(sorted(parseJson(text)))
  } catch {
    return text
  }
}

/** Objects become pairs, since JavaScript puts keys that look like numbers first; numbers become objects, as nothing else does. */
function sorted(json: Json): unknown {
  if (isJsonNumber(json)) return { number: json.digits }
  if (isJsonArray(json)) return json.map(sorted)
  if (!isJsonObject(json)) return json
  const pairs = [...json].sort(([one], [other]) => (one < other ? -1 : 1))
  return { pairs: pairs.map(([key, value]) => [key, sorted(value)]) }
}
