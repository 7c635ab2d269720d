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
    return JSON.stringify(sorted(JSON.parse(withNumbersAsTexts(text))))
  } catch {
    return text
  }
}

/** A number becomes a text that no other text in the schema is: one that begins with a NUL. */
function withNumbersAsTexts(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)/g, (_, string?: string, number?: string) =>
    string === undefined ? `"\\u0000${number}"` : string,
  )
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  // Pairs rather than an object, which would put attributes that look like numbers first.
  const pairs = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return { pairs: pairs.map(([key, inner]) => [key, sorted(inner)]) }
}
