/** What the REST dialect takes and gives: bodies, parameters, answers and Confluent's error codes. */
import type { FastifyReply } from 'fastify'
import { MillraceError, messageOf, OutageError } from '../errors'
import { type CompatibilityLevel, compatibilityLevels } from './levels'
import type { LocalRegisterOptions } from './local'
import { type RegisteredSchema, type SchemaReference, schemaTypes } from './port'
import { type Deleted, type RegistryMode, registryModes, type SubjectVersion } from './state'

export const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'

/** Confluent's error codes. */
export const restCodes = {
  subjectUnknown: 40401,
  versionUnknown: 40402,
  schemaUnknown: 40403,
  levelUnknown: 40408,
  modeUnknown: 40409,
  schemaInvalid: 42201,
  versionInvalid: 42202,
  levelInvalid: 42203,
  modeInvalid: 42204,
} as const

/** What is answered beside a success; the HTTP status is the first three digits of the code. */
export class RestError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

export interface SchemaBody {
  readonly schema?: unknown
  readonly schemaType?: unknown
  readonly references?: unknown
  readonly id?: unknown
  readonly version?: unknown
}

export interface GivenSchema extends LocalRegisterOptions {
  readonly schema: string
}

/** @throws RestError */
export function schemaIn(body: SchemaBody | null | undefined, normalize = false): GivenSchema {
  const { schema, schemaType, references, id, version } = body ?? {}
  if (typeof schema !== 'string' || schema === '')
    throw new RestError(restCodes.schemaInvalid, 'the body needs a field "schema" with the text of the schema')
  const type = schemaTypes.find((one) => one === (schemaType ?? 'AVRO'))
  if (type === undefined)
    throw new RestError(restCodes.schemaInvalid, `Invalid schema type ${JSON.stringify(schemaType)}`)
  return {
    schema,
    type,
    references: referencesIn(references),
    normalize,
    ...(isPositive(id) && { id }),
    ...(isPositive(version) && { version }),
  }
}

function referencesIn(references: unknown): readonly SchemaReference[] {
  if (references === undefined || references === null) return []
  if (!Array.isArray(references)) throw new RestError(restCodes.schemaInvalid, '"references" must be a list')
  return references.map((one: Partial<Record<keyof SchemaReference, unknown>> | null) => {
    const { name, subject, version } = one ?? {}
    if (typeof name === 'string' && typeof subject === 'string' && isPositive(version))
      return { name, subject, version }
    throw new RestError(restCodes.schemaInvalid, 'a reference needs a name, a subject and a version')
  })
}

function isPositive(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}

export function levelIn(body: { readonly compatibility?: unknown } | null | undefined): CompatibilityLevel {
  const level = compatibilityLevels.find((one) => one === body?.compatibility)
  if (level !== undefined) return level
  throw new RestError(
    restCodes.levelInvalid,
    `Invalid compatibility level. Valid values are ${compatibilityLevels.join(', ')}`,
  )
}

export function modeIn(body: { readonly mode?: unknown } | null | undefined): RegistryMode {
  const mode = registryModes.find((one) => one === String(body?.mode).toUpperCase())
  if (mode !== undefined) return mode
  throw new RestError(restCodes.modeInvalid, `Invalid mode. Valid values are ${registryModes.join(', ')}`)
}

/** `latest`, as `-1` too, or a number from 1. */
export function versionIn(version: string): number | 'latest' {
  if (version === 'latest' || version === '-1') return 'latest'
  if (/^[1-9]\d{0,8}$/.test(version)) return Number(version)
  throw new RestError(
    restCodes.versionInvalid,
    `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  )
}

/** A parameter of the query; given without a value it is true. */
export type Flag = string | undefined

export function isSet(flag: Flag): boolean {
  return flag === 'true' || flag === ''
}

export function deletedIn(query: { readonly deleted?: Flag; readonly deletedOnly?: Flag }): Deleted {
  if (isSet(query.deletedOnly)) return 'only'
  return isSet(query.deleted) ? 'with' : 'without'
}

export function shown(version: SubjectVersion) {
  const { subject, id, version: number } = version
  return { subject, id, version: number, ...shownSchema(version) }
}

export function shownSchema({ schema, type, references }: Pick<RegisteredSchema, 'schema' | 'type' | 'references'>) {
  return { schema, ...(type !== 'AVRO' && { schemaType: type }), ...(references && { references }) }
}

const codesOfErrors: Readonly<Record<string, number>> = {
  SCHEMA_UNKNOWN: restCodes.schemaUnknown,
  SCHEMA_INVALID: restCodes.schemaInvalid,
  SCHEMA_INCOMPATIBLE: 409,
}

export function answerError(error: unknown, reply: FastifyReply) {
  const code = codeOf(error)
  return reply.status(code < 1000 ? code : Math.floor(code / 100)).send({ error_code: code, message: messageOf(error) })
}

function codeOf(error: unknown): number {
  if (error instanceof RestError) return error.code
  if (error instanceof OutageError) return 50001
  if (error instanceof MillraceError) {
    const { restCode } = error.details
    return typeof restCode === 'number' ? restCode : (codesOfErrors[error.code] ?? 50001)
  }
  const { statusCode } = error as { readonly statusCode?: number }
  return statusCode ?? 50001
}
