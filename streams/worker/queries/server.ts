import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { elapsed } from '../../clock'
import { MillraceError, messageOf } from '../../errors'
import type { Health } from '../health'
import { inputTopics } from '../runners'
import { toWire } from './errors'
import { answerHere } from './here'
import type { QueryHost } from './host'
import { shownStore } from './listing'
import { flagIn, keyIn, limitIn, numberIn, optionalKey, type Parameters, readOptionsIn } from './parameters'
import { boundsOf, type StoreQuery } from './query'
import type { Router } from './router'
import { shownAnswer, shownItem, shownRange, wireLines } from './shown'
import type { WireAsk } from './there'

/** What a worker lets be done over HTTP beside queries. */
export interface WorkerControl {
  readonly isPaused: boolean
  pause(): void
  resume(): void
  health(): Health
}

export interface QueryServerOptions {
  readonly host: QueryHost
  readonly router: Router
  readonly control: WorkerControl
  /** `host:port` to listen at; port 0 takes a free one. */
  readonly listen: string
  /** Asked of every request but those for health, as `Authorization: Bearer …`. */
  readonly token?: string
}

export interface QueryServer {
  /** The port it listens at. */
  readonly port: number
  close(): Promise<void>
}

const NDJSON = 'application/x-ndjson'

/**
 * Serves the stores of an application: every member answers for all of them, and asks the owner for what it has not.
 * @throws MillraceError CONFIG_INVALID where it cannot listen
 */
export async function serveQueries(options: QueryServerOptions): Promise<QueryServer> {
  const { listen } = options
  const { fastify } = require('fastify') as typeof import('fastify') // only here: loading it delays every start
  const app = fastify({ routerOptions: { maxParamLength: 8 * 1024 }, forceCloseConnections: true })
  app.setErrorHandler((error, _request, reply) => answerError(error, reply))
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      code: 'NOT_FOUND',
      message: `${request.method} ${request.url} is not served; GET /stores lists what is`,
    }),
  )
  app.addHook('onRequest', async (request, reply) => authorize(options, request, reply))
  controlRoutes(app, options)
  storeRoutes(app, options)
  const [, host, port] = /^(.*):(\d+)$/.exec(listen)!
  try {
    await app.listen({ host: host!.replace(/^\[(.*)\]$/, '$1'), port: Number(port) })
  } catch (cause) {
    throw new MillraceError('CONFIG_INVALID', `applicationServer: cannot listen at ${listen}: ${messageOf(cause)}`, {
      cause,
    })
  }
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
}

async function authorize(
  { token }: QueryServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  if (token === undefined || request.url.startsWith('/health/')) return undefined
  if (request.headers.authorization === `Bearer ${token}`) return undefined
  return reply
    .status(401)
    .send({ code: 'AUTHORIZATION_FAILED', message: 'the request has not the token that this member asks for' })
}

function controlRoutes(app: FastifyInstance, { host, control, token }: QueryServerOptions): void {
  const health = (ok: 'live' | 'ready') => async (_request: FastifyRequest, reply: FastifyReply) => {
    const found = control.health()
    return reply.status(found[ok] ? 200 : 503).send(found)
  }
  const paused = (path: 'pause' | 'resume') => async (request: FastifyRequest) => {
    if (flagIn(request.query as Parameters, 'everywhere') === true) await tellOthers(host, path, token)
    control[path]()
    return { paused: control.isPaused }
  }
  app.get('/health/live', health('live'))
  app.get('/health/ready', health('ready'))
  app.get('/members', async () => ({
    applicationId: host.applicationId,
    memberId: host.memberId,
    state: host.state,
    paused: control.isPaused,
    members: host.members,
    partitions: partitionsOf(host),
  }))
  app.post('/pause', paused('pause'))
  app.post('/resume', paused('resume'))
}

/** Of every topic that a task reads: who is no member finds by it where keys are. */
function partitionsOf({ topology, applicationId, partitionsOf }: QueryHost): Readonly<Record<string, number>> {
  const names = [
    ...topology.subTopologies.flatMap((sub) => inputTopics(sub, applicationId)),
    ...topology.globalTables.map(({ topic }) => topic.name),
  ]
  return Object.fromEntries(names.map((name) => [name, partitionsOf(name)]))
}

/** @throws OutageError where one of them does not answer; the others have been told */
async function tellOthers(host: QueryHost, path: string, token: string | undefined): Promise<void> {
  const others = host.members.flatMap(({ memberId, endpoint }) => (memberId === host.memberId ? [] : [endpoint]))
  const told = await Promise.allSettled(
    others.map(async (endpoint) => {
      if (endpoint === undefined) throw new Error('a member has no applicationServer')
      const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` }
      const { status } = await fetch(`http://${endpoint}/${path}`, {
        method: 'POST',
        headers,
        signal: AbortSignal.timeout(5_000),
      })
      if (status !== 200) throw new Error(`member ${endpoint} answered ${status}`)
    }),
  )
  const failed = told.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []))
  if (failed.length > 0)
    throw new MillraceError('QUERY_FAILED', `not all members could be told to ${path}: ${failed.join('; ')}`)
}

type OfStore = { Params: { store: string; key: string; start: string; end: string }; Querystring: Parameters }
type StoreRequest = FastifyRequest<OfStore>

function storeRoutes(app: FastifyInstance, { host, router }: QueryServerOptions): void {
  const find = (request: StoreRequest) => router.placing.find(request.params.store)
  const numberOf = (name: 'start' | 'end', request: StoreRequest) => numberIn(request.params, name)!

  const one = (path: string, queryOf: (request: StoreRequest, key: unknown) => StoreQuery) =>
    app.get<OfStore>(`/stores/:store/${path}`, async (request, reply) => {
      const { declaration } = find(request)
      const query = queryOf(request, keyIn(declaration, request.params.key))
      const { items, answeredBy } = await router.ask(declaration.name, query, readOptionsIn(request.query))
      for await (const item of items) return { store: declaration.name, ...shownItem(item), ...shownAnswer(answeredBy) }
      return reply.status(404).send({
        code: 'KEY_NOT_FOUND',
        message: `store ${declaration.name} has nothing there`,
        ...shownAnswer(answeredBy),
      })
    })
  const many = (path: string, queryOf: (request: StoreRequest) => StoreQuery) =>
    app.get<OfStore>(`/stores/:store/${path}`, async (request, reply) => {
      const placed = find(request)
      const limit = limitIn(request.query)
      const lines = request.headers.accept?.includes(NDJSON) === true
      const routed = await router.ask(placed.declaration.name, queryOf(request), readOptionsIn(request.query))
      return reply
        .type(lines ? NDJSON : 'application/json; charset=utf-8')
        .send(Readable.from(shownRange({ placed, routed, limit, lines })))
    })
  const keyOf = (request: StoreRequest, name: string) => optionalKey(find(request).declaration, request.query, name)
  const ownKey = (request: StoreRequest) => keyIn(find(request).declaration, request.params.key)
  const time = (request: StoreRequest, name: string) => numberIn(request.query, name)
  const reverse = (request: StoreRequest) => flagIn(request.query, 'reverse')

  app.get('/stores', async () => ({
    applicationId: host.applicationId,
    stores: router.placing.stores.map(({ name }) => shownStore(router.placing.find(name))),
  }))
  app.get<OfStore>('/stores/:store', async (request) => shownStore(find(request)))
  app.get<OfStore>('/stores/:store/owner/:key', async (request) => router.locate(request.params.store, ownKey(request)))
  app.get<OfStore>('/stores/:store/count', async (request) => {
    const { count, answeredBy, close } = await router.ask(
      request.params.store,
      { kind: 'count' },
      readOptionsIn(request.query),
    )
    close()
    return { store: request.params.store, count, ...shownAnswer(answeredBy) }
  })
  one('get/:key', (request, key) => ({ kind: 'get', key, asOf: time(request, 'asOf') }))
  one('window/:key/:start', (request, key) => ({ kind: 'window', key, start: numberOf('start', request) }))
  one('session/:key/:start/:end', (request, key) => ({
    kind: 'session',
    key,
    start: numberOf('start', request),
    end: numberOf('end', request),
  }))
  many('range', (request) => ({
    kind: 'range',
    from: keyOf(request, 'from'),
    to: keyOf(request, 'to'),
    reverse: reverse(request),
  }))
  many('prefix/:key', (request) => ({ kind: 'prefix', prefix: ownKey(request) }))
  many('all', (request) => ({ kind: 'all', reverse: reverse(request) }))
  many('windows/:key', (request) => ({
    kind: 'windows',
    key: ownKey(request),
    from: time(request, 'from'),
    to: time(request, 'to'),
    reverse: reverse(request),
  }))
  many('windows', (request) => ({
    kind: 'window-range',
    from: time(request, 'from'),
    to: time(request, 'to'),
    fromKey: keyOf(request, 'fromKey'),
    toKey: keyOf(request, 'toKey'),
  }))
  many('sessions/:key', (request) => ({
    kind: 'sessions',
    key: ownKey(request),
    earliestEnd: time(request, 'earliestEnd'),
    latestStart: time(request, 'latestStart'),
  }))
  app.post<{ Body: WireAsk }>('/query', async ({ body }, reply) => {
    const placed = router.placing.find(body.store)
    const codec = await placed.codec()
    const answer = await answerHere(host, {
      placed,
      partition: body.partition,
      query: await codec.decodeQuery(body.query as WireAsk['query'] & { kind: string }),
      bounds: boundsOf(body),
      allowStandby: body.allowStandby,
      deadline: elapsed(host.clock) + body.timeoutMs,
    })
    return reply.type(NDJSON).send(Readable.from(wireLines(answer, codec)))
  })
}

const statuses: Readonly<Record<string, number>> = {
  QUERY_INVALID: 400,
  SERIALIZATION_FAILED: 400,
  DESERIALIZATION_FAILED: 400,
  STORE_UNKNOWN: 404,
  STORE_UNAVAILABLE: 503,
  LOG_UNAVAILABLE: 503,
  REGISTRY_UNAVAILABLE: 503,
  POSITION_NOT_REACHED: 504,
}

function answerError(error: unknown, reply: FastifyReply) {
  const { statusCode } = error as { readonly statusCode?: number }
  const status = error instanceof MillraceError ? (statuses[error.code] ?? 500) : (statusCode ?? 500)
  if (status === 503) void reply.header('retry-after', '1')
  return reply.status(status).send(toWire(error))
}
