import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { MillraceError, messageOf, OutageError } from '../errors'
import { type CompatibilityLevel, compatibilityLevels } from './levels'
import type { LocalRegistry } from './local'
import type { MaybePromise, RegisteredSchema, SchemaType } from './port'
import type { SubjectVersion } from './state'

/** A registry that can be served: what it knows is at hand, what changes it may take a while. */
export interface ServedRegistry
  extends Pick<LocalRegistry, 'subjects' | 'versions' | 'usesOf' | 'find' | 'violations' | 'level' | 'ownLevel'> {
  register(subject: string, schema: string, type?: SchemaType): MaybePromise<number>
  schemaById(id: number): MaybePromise<RegisteredSchema>
  setLevel(level: CompatibilityLevel | null, subject?: string): MaybePromise<void>
}

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'

/** Confluent's error codes. */
const subjectUnknown = 40401
const versionUnknown = 40402
const schemaUnknown = 40403
const levelUnknown = 40408
const schemaInvalid = 42201
const versionInvalid = 42202
const levelInvalid = 42203

/** What the REST dialect answers beside a success; its HTTP status is the first three digits of the code. */
class RestError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

interface SchemaBody {
  readonly schema?: unknown
  readonly schemaType?: unknown
  readonly references?: unknown
}

/**
 * Confluent's REST dialect as routes of a fastify server or plugin, so that any registry client can talk to it.
 * Deletion, references and modes other than READWRITE are not offered.
 */
export async function registryRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: ServedRegistry },
): Promise<void> {
  app.addContentTypeParser(
    /^application\/(vnd\.schemaregistry(\.v1)?\+json|octet-stream)/,
    { parseAs: 'string' },
    (_request, body, done) => {
      try {
        done(null, JSON.parse(body as string))
      } catch (error) {
        done(new RestError(400, `the body is not JSON: ${messageOf(error)}`))
      }
    },
  )
  app.setErrorHandler((error, _request, reply) => answerError(error, reply))
  app.setNotFoundHandler((_request, reply) => answerError(new RestError(404, 'HTTP 404 Not Found'), reply))
  app.addHook('onSend', async (_request, reply) => void reply.header('content-type', MEDIA_TYPE))

  const versionsOf = (subject: string): readonly SubjectVersion[] => {
    const versions = registry.versions(subject)
    if (versions.length === 0) throw new RestError(subjectUnknown, `Subject '${subject}' not found.`)
    return versions
  }
  const versionOf = (subject: string, version: string): SubjectVersion => {
    const versions = versionsOf(subject)
    if (version === 'latest' || version === '-1') return versions.at(-1)!
    if (!/^[1-9]\d{0,8}$/.test(version))
      throw new RestError(versionInvalid, `The specified version '${version}' is not a valid version id.`)
    const found = versions.find((one) => one.version === Number(version))
    if (found === undefined) throw new RestError(versionUnknown, `Version ${version} not found.`)
    return found
  }
  const verdict = (subject: string, schema: string, against: readonly SubjectVersion[]) => {
    const found = registry.violations(subject, schema, against)
    return { is_compatible: found.length === 0, messages: found.map((violation) => JSON.stringify(violation)) }
  }

  type Subject = { Params: { subject: string } }
  type Version = { Params: { subject: string; version: string } }
  type WithSchema = { Body: SchemaBody }

  app.get('/', async () => ({}))
  app.get('/subjects', async () => registry.subjects())
  app.get<Subject>('/subjects/:subject/versions', async ({ params }) =>
    versionsOf(params.subject).map(({ version }) => version),
  )
  app.get<Version>('/subjects/:subject/versions/:version', async ({ params }) =>
    shown(versionOf(params.subject, params.version)),
  )
  app.get<Version>(
    '/subjects/:subject/versions/:version/schema',
    async ({ params }) => versionOf(params.subject, params.version).schema,
  )
  app.post<Subject & WithSchema>('/subjects/:subject/versions', async ({ params, body }) => {
    const { schema, type } = schemaIn(body)
    return { id: await registry.register(params.subject, schema, type) }
  })
  app.post<Subject & WithSchema>('/subjects/:subject', async ({ params, body }) => {
    const { schema, type } = schemaIn(body)
    versionsOf(params.subject)
    const found = registry.find(params.subject, schema, type)
    if (found === undefined) throw new RestError(schemaUnknown, 'Schema not found')
    return shown(found)
  })
  app.get<{ Params: { id: string } }>('/schemas/ids/:id', async ({ params }) => {
    const { schema, type } = await registry.schemaById(Number(params.id))
    return { schema, ...(type !== 'AVRO' && { schemaType: type }) }
  })
  app.get<{ Params: { id: string } }>('/schemas/ids/:id/versions', async ({ params }) => {
    await registry.schemaById(Number(params.id))
    return registry.usesOf(Number(params.id)).map(({ subject, version }) => ({ subject, version }))
  })
  app.get('/schemas/types', async () => ['AVRO'])
  app.post<Version & WithSchema>('/compatibility/subjects/:subject/versions/:version', async ({ params, body }) =>
    verdict(params.subject, schemaIn(body).schema, [versionOf(params.subject, params.version)]),
  )
  app.post<Subject & WithSchema>('/compatibility/subjects/:subject/versions', async ({ params, body }) =>
    verdict(params.subject, schemaIn(body).schema, registry.versions(params.subject)),
  )
  app.get('/config', async () => ({ compatibilityLevel: registry.level() }))
  app.put<{ Body: { compatibility?: unknown } }>('/config', async ({ body }) => {
    const compatibility = levelIn(body)
    await registry.setLevel(compatibility)
    return { compatibility }
  })
  app.get<Subject & { Querystring: { defaultToGlobal?: string } }>('/config/:subject', async ({ params, query }) => {
    const own = registry.ownLevel(params.subject)
    if (own === undefined && query.defaultToGlobal !== 'true') {
      throw new RestError(
        levelUnknown,
        `Subject '${params.subject}' does not have subject-level compatibility configured`,
      )
    }
    return { compatibilityLevel: own ?? registry.level() }
  })
  app.put<Subject & { Body: { compatibility?: unknown } }>('/config/:subject', async ({ params, body }) => {
    const compatibility = levelIn(body)
    await registry.setLevel(compatibility, params.subject)
    return { compatibility }
  })
  app.delete<Subject>('/config/:subject', async ({ params }) => {
    await registry.setLevel(null, params.subject)
    return { compatibility: registry.level() }
  })
  app.get('/mode', async () => ({ mode: 'READWRITE' }))
}

export interface RegistryServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves a registry by itself. Port 0 takes a free one. */
export async function serveRegistry(
  registry: ServedRegistry,
  { host = 'localhost', port }: { readonly host?: string; readonly port: number },
): Promise<RegistryServer> {
  // Subjects named after records are longer than the 100 characters that fastify takes.
  const app = fastify({ routerOptions: { maxParamLength: 1024 } })
  await app.register(registryRoutes, { registry })
  const url = await app.listen({ host, port })
  return { url, close: () => app.close() }
}

function shown({ subject, id, version, schema, type }: SubjectVersion) {
  return { subject, id, version, schema, ...(type !== 'AVRO' && { schemaType: type }) }
}

function schemaIn(body: SchemaBody | null | undefined): { readonly schema: string; readonly type: SchemaType } {
  const { schema, schemaType = 'AVRO', references } = body ?? {}
  if (typeof schema !== 'string')
    throw new RestError(schemaInvalid, 'the body needs a field "schema" with the text of the schema')
  if (schemaType !== 'AVRO')
    throw new RestError(schemaInvalid, `schema type ${JSON.stringify(schemaType)} is not kept here, only AVRO`)
  if (Array.isArray(references) && references.length > 0)
    throw new RestError(schemaInvalid, 'references between schemas are not kept here')
  return { schema, type: 'AVRO' }
}

function levelIn(body: { readonly compatibility?: unknown } | null | undefined): CompatibilityLevel {
  const level = compatibilityLevels.find((one) => one === body?.compatibility)
  if (level !== undefined) return level
  throw new RestError(levelInvalid, `Invalid compatibility level. Valid values are ${compatibilityLevels.join(', ')}`)
}

const restCodes: Readonly<Record<string, number>> = {
  SCHEMA_UNKNOWN: schemaUnknown,
  SCHEMA_INVALID: schemaInvalid,
  SCHEMA_INCOMPATIBLE: 409,
}

function answerError(error: unknown, reply: FastifyReply) {
  const code = restCode(error)
  return reply.status(code < 1000 ? code : Math.floor(code / 100)).send({ error_code: code, message: messageOf(error) })
}

function restCode(error: unknown): number {
  if (error instanceof RestError) return error.code
  if (error instanceof OutageError) return 50003
  if (error instanceof MillraceError) return restCodes[error.code] ?? 50001
  const { statusCode } = error as { readonly statusCode?: number }
  return statusCode ?? 50001
}
