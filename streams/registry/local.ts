/** A registry in this process: it answers at once. In memory or durable is only a question of where its entries go. */
import { deletions } from './deletions'
import { type Given, givenSchema, isSame, referencedSchemas, referrers, versionEntry } from './given'
import { identityOf } from './identity'
import { importSchema } from './importing'
import type { CompatibilityLevel, LevelViolation } from './levels'
import { type Modes, modes } from './modes'
import type { RegisteredSchema, RegisterOptions, SchemaRegistry } from './port'
import * as refusal from './refusals'
import {
  type Deleted,
  isMeant,
  meansSubject,
  nextVersion,
  type RegistryEntry,
  type RegistryState,
  registryState,
  type SubjectVersion,
} from './state'
import { findViolations, incompatible, parsedVersions } from './verdicts'

export interface LocalRegisterOptions extends RegisterOptions {
  /** Only in the mode IMPORT: the id it has elsewhere. */
  readonly id?: number
  /** Only in the mode IMPORT: the version it has elsewhere. */
  readonly version?: number
}

export interface FindOptions extends RegisterOptions {
  readonly deleted?: boolean
}

export interface LocalRegistry extends SchemaRegistry, Modes {
  register(subject: string, schema: string, options?: LocalRegisterOptions): number
  schemaById(id: number): RegisteredSchema
  /** In the order of their first registration. */
  subjects(deleted?: Deleted): readonly string[]
  /** Oldest first; empty for an unknown subject. */
  versions(subject: string, deleted?: Deleted): readonly SubjectVersion[]
  /** Where a schema is used. */
  usesOf(id: number, deleted?: Deleted): readonly SubjectVersion[]
  /** The ids of the schemas that refer to this one. */
  referencedBy(subject: string, version: number): readonly number[]
  /** The version of the subject that has this schema. @throws TerminalError SCHEMA_INVALID */
  find(subject: string, schema: string, options?: FindOptions): SubjectVersion | undefined
  /**
   * What forbids the schema to follow these versions at the subject's level; empty when nothing does.
   * @throws TerminalError SCHEMA_INVALID
   */
  violations(
    subject: string,
    schema: string,
    versions: readonly SubjectVersion[],
    options?: RegisterOptions,
  ): readonly LevelViolation[]
  /** The level in force for a subject, or without one for all subjects that have none of their own. */
  level(subject?: string): CompatibilityLevel
  /** The subject's own level. */
  ownLevel(subject: string): CompatibilityLevel | undefined
  /** Null takes the level away again: the subject goes by the common one, the common one is BACKWARD. */
  setLevel(level: CompatibilityLevel | null, subject?: string): void
  /**
   * Takes a subject's versions out of sight, or (`permanent`, those out of sight already) away for ever.
   * @returns the versions @throws TerminalError SCHEMA_UNKNOWN, REGISTRY_REFUSED
   */
  deleteSubject(subject: string, permanent?: boolean): readonly number[]
  /** The same for one version. @throws TerminalError SCHEMA_UNKNOWN, REGISTRY_REFUSED */
  deleteVersion(subject: string, version: number, permanent?: boolean): number
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
  const apply = (entry: RegistryEntry) => {
    state.apply(entry)
    if (entry.kind !== 'version') return
    const identity = identityOf(entry.schema, entry.type, entry.references)
    if (!state.byId.has(ids.get(identity) ?? -1)) ids.set(identity, entry.id)
  }
  for (const entry of options.entries) apply(entry)
  const commit = (entry: RegistryEntry) => {
    options.record(entry)
    apply(entry)
  }
  const versions = (subject: string, deleted: Deleted = 'without') =>
    (state.subjects.get(subject) ?? []).filter((one) => isMeant(one, deleted))
  const parsedVersion = parsedVersions(state)
  const level = (subject?: string) => levelOf(state, subject)
  const mode = modes(state, commit)
  const knownId = (given: Given) => {
    const id = ids.get(identityOf(given.schema, given.type, given.references))
    if (id !== undefined && state.byId.has(id)) return id
    return given.normalize ? [...state.byId.values()].find((one) => isSame(one, given))?.id : undefined
  }
  const findGiven = (subject: string, given: Given, deleted: Deleted) => {
    const id = knownId(given)
    const all = versions(subject, deleted)
    const known = all.findLast((version) => version.id === id)
    return known ?? (given.normalize ? all.findLast((version) => isSame(version, given)) : undefined)
  }
  const violationsOf = (subject: string, given: Given, against: readonly SubjectVersion[]) =>
    findViolations(level(subject), given, against, parsedVersion)

  return {
    ...mode,
    ...deletions(state, commit, mode.mode),
    register: (subject, schema, given = {}) => {
      if (subject === '') throw refusal.subjectWithoutName()
      const one = givenSchema(state, schema, given)
      const known = findGiven(subject, one, 'without')
      if (known && (given.id === undefined || given.id === known.id)) return known.id
      if (mode.mode(subject) === 'READONLY') throw refusal.readOnly(subject)
      if (mode.mode(subject) === 'IMPORT')
        return importSchema(state, commit, { ...one, subject, id: given.id, version: given.version })
      if (given.id !== undefined) throw refusal.notImporting(subject)
      const found = violationsOf(subject, one, versions(subject))
      if (found.length > 0) throw incompatible(subject, level(subject), versions(subject), found)
      const id = knownId(one) ?? state.lastId() + 1
      commit(versionEntry(subject, nextVersion(versions(subject, 'with')), id, one))
      return id
    },
    schemaById: (id) => {
      const schema = state.byId.get(id)
      if (!schema) throw refusal.schemaUnknown(id)
      if (schema.references === undefined) return schema
      return { ...schema, referenced: referencedSchemas(state, schema.references) }
    },
    subjects: (deleted = 'without') =>
      [...state.subjects].filter(([, all]) => meansSubject(all, deleted)).map(([subject]) => subject),
    versions,
    usesOf: (id, deleted = 'without') =>
      [...state.subjects.values()].flat().filter((version) => version.id === id && isMeant(version, deleted)),
    referencedBy: (subject, version) => referrers(state, subject, version).map(({ id }) => id),
    find: (subject, schema, given = {}) =>
      findGiven(subject, givenSchema(state, schema, given), given.deleted ? 'with' : 'without'),
    violations: (subject, schema, against, given = {}) =>
      violationsOf(subject, givenSchema(state, schema, given), against),
    level,
    ownLevel: (subject) => state.levels.get(subject),
    setLevel: (value, subject) => commit({ kind: 'level', subject: subject ?? null, level: value }),
  }
}

function levelOf(state: RegistryState, subject?: string): CompatibilityLevel {
  return (subject !== undefined && state.levels.get(subject)) || state.levels.get(null) || 'BACKWARD'
}
