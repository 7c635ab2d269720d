import type { FastifyInstance } from 'fastify'
import { messageOf } from '../errors'
import { schemaTypes } from './port'
import { schemaUnknown, subjectUnknown, versionUnknown } from './refusals'
import {
  answerError,
  deletedIn,
  type Flag,
  isSet,
  MEDIA_TYPE,
  RestError,
  restCodes,
  type SchemaBody,
  schemaIn,
  shown,
  shownSchema,
  versionIn,
} from './rest'
import type { ServedRegistry } from './served'
import { configRoutes, modeRoutes } from './settings-routes'
import type { SubjectVersion } from './state'
import { describeViolations } from './verdicts'

type Subject = { Params: { subject: string } }
type Version = { Params: { subject: string; version: string } }
type Id = { Params: { id: string } }
type WithSchema = { Body: SchemaBody | null }
type Seeing = { Querystring: { deleted?: Flag; deletedOnly?: Flag } }
type Normalizing = { Querystring: { normalize?: Flag; deleted?: Flag } }
type Verbose = { Querystring: { verbose?: Flag } }
type Permanently = { Querystring: { permanent?: Flag } }

/**
 * Confluent's REST dialect as routes of a fastify server or plugin, so that any registry client can talk to it. There is
 * one context, the default one.
 */
export async function registryRoutes(
  app: FastifyInstance,
  { registry }: { readonly registry: ServedRegistry },
): Promise<void> {
  // Clients say JSON of every body, also of none.
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser(
    /^application\/(json|vnd\.schemaregistry(\.v1)?\+json|octet-stream)/,
    { parseAs: 'string' },
    (_request, body, done) => {
      try {
        done(null, body === '' ? null : JSON.parse(body as string))
      } catch (error) {
        done(new RestError(400, `the body is not JSON: ${messageOf(error)}`))
      }
    },
  )
  app.setErrorHandler((error, _request, reply) => answerError(error, reply))
  app.setNotFoundHandler((_request, reply) => answerError(new RestError(404, 'HTTP 404 Not Found'), reply))
  app.addHook('onSend', async (_request, reply) => void reply.header('content-type', MEDIA_TYPE))
  app.addHook('preHandler', async () => registry.refresh?.())

  app.get('/', async () => ({}))
  app.get('/contexts', async () => ['.'])
  app.get('/schemas/types', async () => schemaTypes)
  subjectRoutes(app, registry)
  schemaRoutes(app, registry)
  compatibilityRoutes(app, registry)
  configRoutes(app, registry)
  modeRoutes(app, registry)
}

function subjectRoutes(app: FastifyInstance, registry: ServedRegistry): void {
  app.get<Seeing & { Querystring: { subjectPrefix?: string } }>('/subjects', async ({ query }) => {
    const subjects = await registry.subjects(deletedIn(query))
    return subjects.filter((subject) => subject.startsWith(query.subjectPrefix ?? ''))
  })
  app.get<Subject & Seeing>('/subjects/:subject/versions', async ({ params, query }) => {
    const versions = await registry.versions(params.subject, deletedIn(query))
    if (versions.length === 0) throw subjectUnknown(params.subject)
    return versions.map(({ version }) => version)
  })
  app.get<Version & Seeing>('/subjects/:subject/versions/:version', async ({ params, query }) =>
    shown(await versionOf(registry, params, isSet(query.deleted))),
  )
  app.get<Version & Seeing>('/subjects/:subject/versions/:version/schema', async ({ params, query }) => {
    const { schema } = await versionOf(registry, params, isSet(query.deleted))
    return schema
  })
  app.get<Version>('/subjects/:subject/versions/:version/referencedby', async ({ params }) => {
    const { subject, version } = await versionOf(registry, params, true)
    return registry.referencedBy(subject, version)
  })
  app.post<Subject & WithSchema & Normalizing>('/subjects/:subject/versions', async ({ params, body, query }) => {
    const { schema, ...options } = schemaIn(body, isSet(query.normalize))
    return { id: await registry.register(params.subject, schema, options) }
  })
  app.post<Subject & WithSchema & Normalizing>('/subjects/:subject', async ({ params, body, query }) => {
    const deleted = isSet(query.deleted)
    const { schema, ...options } = schemaIn(body, isSet(query.normalize))
    const versions = await registry.versions(params.subject, deleted ? 'with' : 'without')
    if (versions.length === 0) throw subjectUnknown(params.subject)
    const found = await registry.find(params.subject, schema, { ...options, deleted })
    if (found === undefined) throw new RestError(restCodes.schemaUnknown, 'Schema not found')
    return shown(found)
  })
  app.delete<Subject & Permanently>('/subjects/:subject', async ({ params, query }) =>
    registry.deleteSubject(params.subject, isSet(query.permanent)),
  )
  app.delete<Version & Permanently>('/subjects/:subject/versions/:version', async ({ params, query }) => {
    const permanent = isSet(query.permanent)
    const version = versionIn(params.version)
    const number = version === 'latest' ? (await versionOf(registry, params, permanent)).version : version
    return registry.deleteVersion(params.subject, number, permanent)
  })
}

async function versionOf(
  registry: ServedRegistry,
  { subject, version }: Version['Params'],
  deleted: boolean,
): Promise<SubjectVersion> {
  const wanted = versionIn(version)
  const versions = await registry.versions(subject, deleted ? 'with' : 'without')
  if (versions.length === 0) throw subjectUnknown(subject)
  const found = wanted === 'latest' ? versions.at(-1) : versions.find((one) => one.version === wanted)
  if (found === undefined) throw versionUnknown(version)
  return found
}

function schemaRoutes(app: FastifyInstance, registry: ServedRegistry): void {
  const schemaOf = async (id: string) => {
    if (!/^\d{1,10}$/.test(id)) throw new RestError(restCodes.schemaUnknown, `Schema ${id} not found`)
    return registry.schemaById(Number(id))
  }
  const usesOf = async (id: string, query: Seeing['Querystring']) => {
    const uses = await registry.usesOf((await schemaOf(id)).id, deletedIn(query))
    if (uses.length === 0) throw schemaUnknown(Number(id))
    return uses
  }
  app.get<{ Querystring: { subjectPrefix?: string; deleted?: Flag; latestOnly?: Flag } }>(
    '/schemas',
    async ({ query }) => {
      const deleted = deletedIn(query)
      const subjects = (await registry.subjects(deleted)).filter((one) => one.startsWith(query.subjectPrefix ?? ''))
      const versions = await Promise.all(subjects.map(async (subject) => registry.versions(subject, deleted)))
      return versions.flatMap((all) => (isSet(query.latestOnly) ? all.slice(-1) : all)).map(shown)
    },
  )
  app.get<Id>('/schemas/ids/:id', async ({ params }) => shownSchema(await schemaOf(params.id)))
  app.get<Id>('/schemas/ids/:id/schema', async ({ params }) => (await schemaOf(params.id)).schema)
  app.get<Id & Seeing>('/schemas/ids/:id/subjects', async ({ params, query }) =>
    (await usesOf(params.id, query)).map(({ subject }) => subject),
  )
  app.get<Id & Seeing>('/schemas/ids/:id/versions', async ({ params, query }) =>
    (await usesOf(params.id, query)).map(({ subject, version }) => ({ subject, version })),
  )
}

function compatibilityRoutes(app: FastifyInstance, registry: ServedRegistry): void {
  const verdict = async (
    subject: string,
    body: SchemaBody | null,
    against: readonly SubjectVersion[],
    verbose: boolean,
  ) => {
    const { schema, ...options } = schemaIn(body)
    const found = await registry.violations(subject, schema, against, options)
    return { is_compatible: found.length === 0, ...(verbose && { messages: describeViolations(found, against) }) }
  }
  app.post<Version & WithSchema & Verbose>(
    '/compatibility/subjects/:subject/versions/:version',
    async ({ params, body, query }) => {
      const isLatest = versionIn(params.version) === 'latest'
      const versions = await registry.versions(params.subject)
      // Nothing stands in the way of what would be the first.
      const against = isLatest && versions.length === 0 ? [] : [await versionOf(registry, params, false)]
      return verdict(params.subject, body, against, isSet(query.verbose))
    },
  )
  app.post<Subject & WithSchema & Verbose>(
    '/compatibility/subjects/:subject/versions',
    async ({ params, body, query }) =>
      verdict(params.subject, body, await registry.versions(params.subject), isSet(query.verbose)),
  )
}
