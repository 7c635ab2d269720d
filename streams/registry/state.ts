import type { CompatibilityLevel } from './levels'
import type { RegisteredSchema, SchemaType } from './port'

/** One version of a subject. */
export interface SubjectVersion extends RegisteredSchema {
  readonly subject: string
  /** From 1. */
  readonly version: number
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
    }
  | { readonly kind: 'level'; readonly subject: string | null; readonly level: CompatibilityLevel | null }

/** What a registry remembers: a fold of its entries. */
export interface RegistryState {
  readonly subjects: ReadonlyMap<string, readonly SubjectVersion[]>
  readonly byId: ReadonlyMap<number, RegisteredSchema>
  /** By subject; null stands for all the others. */
  readonly levels: ReadonlyMap<string | null, CompatibilityLevel>
  apply(entry: RegistryEntry): void
}

export function registryState(): RegistryState {
  const subjects = new Map<string, SubjectVersion[]>()
  const byId = new Map<number, RegisteredSchema>()
  const levels = new Map<string | null, CompatibilityLevel>()
  return {
    subjects,
    byId,
    levels,
    apply: (entry) => {
      if (entry.kind === 'level') {
        if (entry.level === null) levels.delete(entry.subject)
        else levels.set(entry.subject, entry.level)
        return
      }
      const { subject, version, id, type, schema } = entry
      if (!byId.has(id)) byId.set(id, Object.freeze({ id, type, schema }))
      const versions = subjects.get(subject) ?? []
      versions.push(Object.freeze({ subject, version, id, type, schema }))
      subjects.set(subject, versions)
    },
  }
}
