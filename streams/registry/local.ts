/** A registry in this process: it answers at once. In memory or durable is only a question of where its entries go. */
import { TerminalError } from '../errors'
import { parseAvro } from './avro/parse'
import type { AvroType } from './avro/schema'
import { minify } from './avro/text'
import { type CompatibilityLevel, type LevelViolation, levelViolations } from './levels'
import type { RegisteredSchema, SchemaRegistry, SchemaType } from './port'
import { type RegistryEntry, type RegistryState, registryState, type SubjectVersion } from './state'

export interface LocalRegistry extends SchemaRegistry {
  register(subject: string, schema: string, type?: SchemaType): number
  schemaById(id: number): RegisteredSchema
  /** In the order of their first registration. */
  subjects(): readonly string[]
  /** Oldest first; empty for an unknown subject. */
  versions(subject: string): readonly SubjectVersion[]
  /** Where a schema is used. */
  usesOf(id: number): readonly SubjectVersion[]
  /** The version of the subject that has this schema. @throws TerminalError SCHEMA_INVALID */
  find(subject: string, schema: string, type?: SchemaType): SubjectVersion | undefined
  /**
   * What forbids the schema to follow these versions at the subject's level; empty when nothing does.
   * @throws TerminalError SCHEMA_INVALID
   */
  violations(subject: string, schema: string, versions: readonly SubjectVersion[]): readonly LevelViolation[]
  /** The level in force for a subject, or without one for all subjects that have none of their own. */
  level(subject?: string): CompatibilityLevel
  /** The subject's own level. */
  ownLevel(subject: string): CompatibilityLevel | undefined
  /** Null takes the level away again: the subject goes by the common one, the common one is BACKWARD. */
  setLevel(level: CompatibilityLevel | null, subject?: string): void
}

export interface LocalRegistryOptions {
  /** Entries of an earlier life. */
  readonly entries: readonly RegistryEntry[]
  /** Called before an entry takes effect; where it throws, nothing changes. */
  record(entry: RegistryEntry): void
}

export function localRegistry(options: LocalRegistryOptions): LocalRegistry {
  const state = registryState()
  const ids = new Map<string, number>()
  const parsed = new Map<number, AvroType>()
  const apply = (entry: RegistryEntry) => {
    state.apply(entry)
    if (entry.kind === 'version') ids.set(identity(entry.schema, entry.type), entry.id)
  }
  for (const entry of options.entries) apply(entry)
  const commit = (entry: RegistryEntry) => {
    options.record(entry)
    apply(entry)
  }
  const parsedVersion = ({ id, schema }: SubjectVersion) => {
    const type = parsed.get(id) ?? parseAvro(schema)
    parsed.set(id, type)
    return type
  }
  const versions = (subject: string) => state.subjects.get(subject) ?? []
  const level = (subject?: string) => levelOf(state, subject)
  const violations: LocalRegistry['violations'] = (subject, schema, against) =>
    levelViolations(level(subject), parseAvro(schema), against.map(parsedVersion))
  const find = (subject: string, schema: string, type: SchemaType = 'AVRO') => {
    checkSchema(schema, type)
    const id = ids.get(identity(schema, type))
    return versions(subject).find((version) => version.id === id)
  }

  return {
    register: (subject, schema, type = 'AVRO') => {
      if (subject === '') throw new TerminalError('SCHEMA_INVALID', 'a subject needs a name')
      const known = find(subject, schema, type)
      if (known) return known.id
      const found = violations(subject, schema, versions(subject))
      if (found.length > 0) throw incompatible(subject, level(subject), versions(subject), found)
      const id = ids.get(identity(schema, type)) ?? state.byId.size + 1
      const version = (versions(subject).at(-1)?.version ?? 0) + 1
      commit({ kind: 'version', subject, version, id, type, schema })
      return id
    },
    schemaById: (id) => {
      const schema = state.byId.get(id)
      if (!schema) throw new TerminalError('SCHEMA_UNKNOWN', `no schema has the id ${id}`, { details: { id } })
      return schema
    },
    subjects: () => [...state.subjects.keys()],
    versions,
    usesOf: (id) => [...state.subjects.values()].flat().filter((version) => version.id === id),
    find,
    violations,
    level,
    ownLevel: (subject) => state.levels.get(subject),
    setLevel: (value, subject) => commit({ kind: 'level', subject: subject ?? null, level: value }),
  }
}

function levelOf(state: RegistryState, subject?: string): CompatibilityLevel {
  return (subject !== undefined && state.levels.get(subject)) || state.levels.get(null) || 'BACKWARD'
}

/** Two texts are one schema where they differ in white space only. */
function identity(schema: string, type: SchemaType): string {
  return `${type} ${minify(schema)}`
}

function checkSchema(schema: string, type: SchemaType): void {
  if (type !== 'AVRO') {
    const message = `this registry keeps Avro schemas only; use a Confluent-compatible one for ${type}`
    throw new TerminalError('SCHEMA_INVALID', message)
  }
  parseAvro(schema)
}

function incompatible(
  subject: string,
  level: CompatibilityLevel,
  versions: readonly SubjectVersion[],
  violations: readonly LevelViolation[],
): TerminalError {
  const lines = describeViolations(violations, versions)
  const message = `the schema may not follow in subject ${subject}, whose level is ${level}: ${lines.join('; ')}`
  return new TerminalError('SCHEMA_INCOMPATIBLE', message, { details: { subject, level, violations } })
}

/** One line per reason. */
export function describeViolations(
  violations: readonly LevelViolation[],
  versions: readonly SubjectVersion[],
): readonly string[] {
  return violations.flatMap(({ index, direction, incompatibilities, problem }) => {
    const version = `version ${versions[index]?.version ?? index + 1}`
    const who = direction === 'backward' ? `it cannot read ${version}` : `${version} cannot read it`
    const reasons = incompatibilities.map(({ type, location, message }) => `${type} at ${location}, ${message}`)
    return (problem === undefined ? reasons : [problem]).map((reason) => `${who}: ${reason}`)
  })
}
