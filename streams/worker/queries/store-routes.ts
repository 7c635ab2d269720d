/** Questions to stores, one route for each kind, and `POST /query`, by which members ask each other. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { elapsed } from '../../clock'
import { queryInvalid } from './errors'
import { answerHere } from './here'
import { shownStore } from './listing'
import { flagIn, keyIn, limitIn, numberIn, optionalKey, type Parameters, readOptionsIn } from './parameters'
import { boundsOf, type StoreQuery } from './query'
import type { QueryServerOptions } from './server'
import { shownAnswer, shownItem, shownRange, wireLines } from './shown'
import type { WireAsk } from './there'

const NDJSON = 'application/x-ndjson'

type OfStore = { Params: { store: string; key: string; start: string; end: string }; Querystring: Parameters }
type StoreRequest = FastifyRequest<OfStore>

export function storeRoutes(app: FastifyInstance, { host, router }: QueryServerOptions): void {
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
    refuseUnlike(body)
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

/** What no member sends. @throws TerminalError QUERY_INVALID */
function refuseUnlike(body: WireAsk | null | undefined): void {
  const { store, partition, query, timeoutMs } = body ?? ({} as Partial<WireAsk>)
  const fits =
    typeof store === 'string' &&
    Number.isSafeInteger(partition) &&
    Number.isFinite(timeoutMs) &&
    typeof query === 'object' &&
    query !== null
  if (!fits) throw queryInvalid(String(store), 'the body is no question of another member')
}
