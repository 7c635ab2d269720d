import type { AddressInfo } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { MillraceError, messageOf } from '../../errors'
import type { Health } from '../health'
import { controlRoutes } from './control-routes'
import { toWire } from './errors'
import type { QueryHost } from './host'
import type { Router } from './router'
import { storeRoutes } from './store-routes'

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

/**
 * Serves the stores of an application: every member answers for all of them, and asks the owner for what it has not.
 * @throws MillraceError CONFIG_INVALID where it cannot listen
 */
export async function serveQueries(options: QueryServerOptions): Promise<QueryServer> {
  const { listen } = options
  // Loading it takes a while, which a worker that answers nobody need not wait for.
  const { fastify } = require('fastify') as typeof import('fastify')
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
