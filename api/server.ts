import { randomUUID } from 'node:crypto'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { type Clock, systemClock } from 'millrace'
import type { OrderReadModel } from '../readmodel/port'
import { cartRoutes } from './carts'
import { commanding } from './commanding'
import { customerRoutes } from './customers'
import { answerUnknownRoutes, problemForError } from './errors'
import { freshness } from './freshness'
import { operationRoutes } from './operations'
import { orderCommandRoutes } from './order-commands'
import { orderQueryRoutes } from './order-queries'
import type { CartReader, CommandPort, CustomerPrivacy, Readiness } from './ports'
import type { TypedServer } from './typed'
import { validatorCompiler } from './validation'

export interface ApiOptions {
  readonly commands: CommandPort
  readonly orders: Pick<OrderReadModel, 'get' | 'list' | 'events'>
  readonly carts?: CartReader
  /** Absent where there are no keys of personal data; then there is no `DELETE /api/customers/:id/personal-data`. */
  readonly privacy?: CustomerPrivacy
  /** Whether the process is to be left running. Default: always. */
  readonly liveness?: () => Readiness
  readonly readiness: () => Readiness
  /** In the text format of Prometheus. */
  readonly metrics: () => Promise<string> | string
  readonly logger: FastifyBaseLogger
  readonly version?: string
  /** How long a reader waits for the read model to reach what was written through this process (ms). Default 2,000. */
  readonly patienceMs?: number
  readonly clock?: Clock
  /** Routes of others to be served beside the API's. */
  readonly mount?: (app: FastifyInstance) => Promise<void>
  /** For commands sent without an Idempotency-Key. */
  readonly newId?: () => string
}

/** Twice what a full order of the longest texts takes, with every character escaped. */
const bodyLimit = 512 * 1024
const requestTimeoutMs = 30_000
const rememberedOrders = 10_000

/** The HTTP API, ready to listen. Everything it answers beside a success is a problem of RFC 9457. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const { commands, orders, carts, readiness, metrics, logger, clock = systemClock, newId = randomUUID } = options
  const app: TypedServer = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: problemForError,
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  app.setErrorHandler(problemForError)
  app.addHook('onResponse', async (request, reply) => {
    const { method, url } = request
    request.log.debug(
      { method, url, status: reply.statusCode, ms: reply.elapsedTime },
      `${method} ${url} ${reply.statusCode}`,
    )
  })
  answerUnknownRoutes(app)
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Order platform', version: options.version ?? '0.1.0' } },
  })

  const fresh = freshness({ orders, clock, patienceMs: options.patienceMs ?? 2_000, capacity: rememberedOrders })
  const perform = commanding(readiness, logger)
  orderCommandRoutes(app, { commands, fresh, perform, newId })
  orderQueryRoutes(app, { orders, fresh })
  cartRoutes(app, { commands, ...(carts && { carts }), fresh, perform, newId })
  if (options.privacy) customerRoutes(app, options.privacy)
  operationRoutes(app, { liveness: options.liveness ?? (() => ({ ready: true })), readiness, metrics })
  await options.mount?.(app as unknown as FastifyInstance)
  await app.ready()
  return app
}
