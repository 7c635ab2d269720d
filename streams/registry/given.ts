/** A schema as it is given to a registry, with what it refers to. */
import type { AvroType } from './avro/schema'
import { compileForeign } from './foreign'
import { identityOf } from './identity'
import { normalizeAvro } from './normalize'
import type { ReferencedSchema, RegisterOptions, SchemaReference, SchemaType } from './port'
import { parseWithReferences } from './references'
import { referenceUnknown } from './refusals'
import type { RegistryEntry, RegistryState, SubjectVersion } from './state'

/** A schema as it came in, found to be one. */
export interface Given {
  readonly schema: string
  readonly type: SchemaType
  readonly references: readonly SchemaReference[]
  /** Absent for a schema that is not Avro. */
  readonly parsed?: AvroType
  /** Whether schemas that say the same in other words are the same. */
  readonly normalize: boolean
}

export function givenSchema(state: RegistryState, schema: string, options: RegisterOptions): Given {
  const { type = 'AVRO', references = [], normalize = false } = options
  const referenced = referencedSchemas(state, references)
  if (type === 'AVRO') {
    const parsed = parseWithReferences(schema, referenced)
    return { schema: normalize ? normalizeAvro(schema) : schema, type, references, parsed, normalize }
  }
  compileForeign(type, schema, { referenced })
  return { schema, type, references, normalize }
}

/** All that is referred to, directly or not, each before those that need it. @throws TerminalError SCHEMA_INVALID */
export function referencedSchemas(
  state: RegistryState,
  references: readonly SchemaReference[],
): readonly ReferencedSchema[] {
  return references.flatMap(({ name, subject, version }) => {
    // Deleted softly is good enough for what refers to it already.
    const found = state.subjects.get(subject)?.find((one) => one.version === version)
    if (!found) throw referenceUnknown(subject, version)
    return [...referencedSchemas(state, found.references ?? []), { name, schema: found.schema }]
  })
}

export function referrers(state: RegistryState, subject: string, version: number): readonly SubjectVersion[] {
  const refers = ({ references = [] }: SubjectVersion) =>
    references.some((one) => one.subject === subject && one.version === version)
  return [...state.subjects.values()].flat().filter((one) => !one.deleted && refers(one))
}

export function versionEntry(subject: string, version: number, id: number, given: Given): RegistryEntry {
  const { type, schema, references } = given
  return { kind: 'version', subject, version, id, type, schema, ...(references.length > 0 && { references }) }
}

/** Whether a registered schema and a given one are one. */
export function isSame(one: Pick<SubjectVersion, 'schema' | 'type' | 'references'>, given: Given): boolean {
  if (one.type !== given.type) return false
  const text = given.normalize && one.type === 'AVRO' ? normalizeAvro(one.schema) : one.schema
  return identityOf(text, one.type, one.references) === identityOf(given.schema, given.type, given.references)
}
