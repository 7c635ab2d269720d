import { TerminalError } from '../errors'
import { plainConnection } from './connection'
import type { CompatibilityLevel } from './levels'
import type { ReferencedSchema, RegisteredSchema, RegisterOptions, SchemaReference, SchemaType } from './port'
import { type RestClientOptions, restClient } from './rest-client'
import type { SubjectVersion } from './state'

export type VersionedSchema = SubjectVersion & Pick<RegisteredSchema, 'referenced'>

/** What people do with a registry, rather than records. Every answer is asked for anew. */
export interface RegistryAdmin {
  readonly url: string
  subjects(): Promise<readonly string[]>
  /** Oldest first, with what they refer to; empty for an unknown subject. */
  versions(subject: string): Promise<readonly VersionedSchema[]>
  /** The subject's version that has this schema. */
  find(subject: string, schema: string, options?: RegisterOptions): Promise<SubjectVersion | undefined>
  /** @returns its id @throws TerminalError SCHEMA_INCOMPATIBLE, SCHEMA_INVALID, REGISTRY_REFUSED */
  register(subject: string, schema: string, options?: RegisterOptions): Promise<number>
  /** The level in force, of a subject or of all that have none of their own. */
  level(subject?: string): Promise<CompatibilityLevel>
  setLevel(level: CompatibilityLevel, subject?: string): Promise<void>
}

interface VersionAnswer {
  readonly subject: string
  readonly version: number
  readonly id: number
  readonly schema: string
  readonly schemaType?: SchemaType
  readonly references?: readonly SchemaReference[]
}

const INVALID = { 404: 'SCHEMA_UNKNOWN', 409: 'SCHEMA_INCOMPATIBLE', 422: 'SCHEMA_INVALID' } as const

/** A Confluent-compatible registry by its URL. Every method throws OutageError REGISTRY_UNAVAILABLE where it does not answer. */
export function registryAdmin(options: RestClientOptions): RegistryAdmin {
  const ask = restClient(options)
  const get = <T>(path: string, what: string) =>
    ask<T>({ method: 'GET', path, what, definite: { 404: 'SCHEMA_UNKNOWN' } })
  const inSubject = (subject: string) => `/subjects/${encodeURIComponent(subject)}`
  const versionOf = (subject: string, version: number) =>
    get<VersionAnswer>(`${inSubject(subject)}/versions/${version}`, `asking for version ${version} of ${subject}`)
  const referenced = async (references: readonly SchemaReference[] = []): Promise<readonly ReferencedSchema[]> => {
    const all = await Promise.all(
      references.map(async ({ name, subject, version }) => {
        const needed = await versionOf(subject, version)
        return [...(await referenced(needed.references)), { name, schema: needed.schema }]
      }),
    )
    return all.flat()
  }

  return {
    url: plainConnection(options).url,
    subjects: async () => [...(await get<string[]>('/subjects', 'asking for the subjects'))].sort(),
    versions: async (subject) => {
      const numbers = await unlessUnknown(get<number[]>(`${inSubject(subject)}/versions`, `asking for ${subject}`), [])
      return Promise.all(
        [...numbers]
          .sort((one, other) => one - other)
          .map(async (version) => {
            const answer = await versionOf(subject, version)
            if (!answer.references?.length) return shownVersion(answer)
            return { ...shownVersion(answer), referenced: await referenced(answer.references) }
          }),
      )
    },
    find: async (subject, schema, given = {}) => {
      const path = `${inSubject(subject)}${given.normalize ? '?normalize=true' : ''}`
      const what = `looking for a schema in ${subject}`
      const question = { method: 'POST', path, body: bodyOf(schema, given), what, definite: INVALID } as const
      const found = await unlessUnknown(ask<VersionAnswer>(question), undefined)
      return found && shownVersion(found)
    },
    register: async (subject, schema, given = {}) => {
      const path = `${inSubject(subject)}/versions${given.normalize ? '?normalize=true' : ''}`
      const what = `registering a schema under ${subject}`
      const body = bodyOf(schema, given)
      return (await ask<{ readonly id: number }>({ method: 'POST', path, body, what, definite: INVALID })).id
    },
    level: async (subject) => {
      const common = '/config'
      const own = subject === undefined ? common : `${common}/${encodeURIComponent(subject)}?defaultToGlobal=true`
      type Level = { readonly compatibilityLevel: CompatibilityLevel }
      const what = 'asking for the compatibility level'
      // Some registries say so of a subject that has no schema yet, whatever they are asked.
      const answer = (await unlessUnknown(get<Level>(own, what), undefined)) ?? (await get<Level>(common, what))
      return answer.compatibilityLevel
    },
    setLevel: async (level, subject) => {
      const path = subject === undefined ? '/config' : `/config/${encodeURIComponent(subject)}`
      const body = { compatibility: level }
      const definite = { 404: 'SCHEMA_UNKNOWN', 422: 'REGISTRY_REFUSED' } as const
      await ask({ method: 'PUT', path, body, what: 'setting the compatibility level', definite })
    },
  }
}

function bodyOf(schema: string, { type = 'AVRO', references = [] }: RegisterOptions): object {
  return {
    schema,
    ...(type !== 'AVRO' && { schemaType: type }),
    ...(references.length > 0 && { references }),
  }
}

function shownVersion({
  subject,
  version,
  id,
  schema,
  schemaType = 'AVRO',
  references,
}: VersionAnswer): SubjectVersion {
  return { subject, version, id, type: schemaType, schema, ...(references?.length && { references }) }
}

async function unlessUnknown<T, E>(answer: Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof TerminalError && error.code === 'SCHEMA_UNKNOWN') return otherwise
    throw error
  }
}
