import type { CompatibilityLevel } from './levels'
import type { RegisteredSchema, SchemaReference, SchemaType } from './port'

export const registryModes = ['READWRITE', 'READONLY', 'IMPORT'] as const

/** Whether schemas may be registered; IMPORT takes them with the ids and versions they have elsewhere, unchecked. */
export type RegistryMode = (typeof registryModes)[number]

/** One version of a subject. */
export interface SubjectVersion extends Omit<RegisteredSchema, 'referenced'> {
  readonly subject: string
  /** From 1. */
  readonly version: number
  /** Deleted softly: out of sight, and still readable by its id. */
  readonly deleted?: true
}

/** All that ever changes a registry; the embedded one writes these down, a line each. */
export type RegistryEntry =
  | {
      readonly kind: 'version'
      readonly subject: string
      readonly version: number
      readonly id: number
      readonly type: SchemaType
      readonly schema: string
      readonly references?: readonly SchemaReference[]
    }
  | { readonly kind: 'level'; readonly subject: string | null; readonly level: CompatibilityLevel | null }
  | { readonly kind: 'mode'; readonly subject: string | null; readonly mode: RegistryMode | null }
  | {
      readonly kind: 'delete'
      readonly subject: string
      readonly versions: readonly number[]
      readonly permanent: boolean
    }

/** What a registry remembers: a fold of its entries. */
export interface RegistryState {
  /** Oldest version first, those deleted softly among them. */
  readonly subjects: ReadonlyMap<string, readonly SubjectVersion[]>
  readonly byId: ReadonlyMap<number, Omit<RegisteredSchema, 'referenced'>>
  /** By subject; null stands for all the others. */
  readonly levels: ReadonlyMap<string | null, CompatibilityLevel>
  readonly modes: ReadonlyMap<string | null, RegistryMode>
  /** The highest id ever given; no id is given twice, even when its schema is gone. */
  lastId(): number
  apply(entry: RegistryEntry): void
}

type Kind<K extends RegistryEntry['kind']> = Extract<RegistryEntry, { readonly kind: K }>

export function registryState(): RegistryState {
  const subjects = new Map<string, readonly SubjectVersion[]>()
  const byId = new Map<number, Omit<RegisteredSchema, 'referenced'>>()
  const levels = new Map<string | null, CompatibilityLevel>()
  const modes = new Map<string | null, RegistryMode>()
  let lastId = 0

  const addVersion = ({ subject, version, id, type, schema, references }: Kind<'version'>) => {
    const registered = { id, type, schema, ...(references && { references }) }
    if (!byId.has(id)) byId.set(id, Object.freeze(registered))
    lastId = Math.max(lastId, id)
    const others = (subjects.get(subject) ?? []).filter((one) => one.version !== version)
    const all = [...others, Object.freeze({ subject, version, ...registered })]
    subjects.set(
      subject,
      all.sort((one, other) => one.version - other.version),
    )
  }
  const deleteVersions = ({ subject, versions, permanent }: Kind<'delete'>) => {
    const all = subjects.get(subject) ?? []
    const left = all.flatMap((one): SubjectVersion[] => {
      if (!versions.includes(one.version)) return [one]
      return permanent ? [] : [Object.freeze({ ...one, deleted: true as const })]
    })
    if (left.length > 0) subjects.set(subject, left)
    else subjects.delete(subject)
    if (!permanent) return
    const used = new Set([...subjects.values()].flat().map(({ id }) => id))
    for (const { id } of all) if (!used.has(id)) byId.delete(id)
  }

  return {
    subjects,
    byId,
    levels,
    modes,
    lastId: () => lastId,
    apply: (entry) => {
      if (entry.kind === 'version') addVersion(entry)
      else if (entry.kind === 'delete') deleteVersions(entry)
      else if (entry.kind === 'level') put(levels, entry.subject, entry.level)
      else put(modes, entry.subject, entry.mode)
    },
  }
}

function put<V>(map: Map<string | null, V>, key: string | null, value: V | null): void {
  if (value === null) map.delete(key)
  else map.set(key, value)
}

/** Which versions are meant: those in sight, those deleted softly too, or only these. */
export type Deleted = 'without' | 'with' | 'only'

export function isMeant(version: SubjectVersion, deleted: Deleted): boolean {
  return deleted === 'with' || (version.deleted === true) === (deleted === 'only')
}

/** A subject is deleted when all its versions are. */
export function meansSubject(versions: readonly SubjectVersion[], deleted: Deleted): boolean {
  return deleted === 'with' || versions.every((one) => one.deleted) === (deleted === 'only')
}

export function nextVersion(versions: readonly SubjectVersion[]): number {
  return (versions.at(-1)?.version ?? 0) + 1
}
