import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { answerError, RestError } from './rest'
import { registryRoutes } from './routes'
import type { ServedRegistry } from './served'

export interface RegistryServerOptions {
  /** Default `localhost`. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  /** Who may ask; without it, everybody. Basic credentials, or a bearer token. */
  readonly auth?: { readonly user: string; readonly password: string } | { readonly token: string }
  /** PEM. With `ca`, clients have to show a certificate that it has signed. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer; readonly ca?: string | Buffer }
}

export interface RegistryServer {
  readonly url: string
  close(): Promise<void>
}

/** References and long unions make large schemas. */
const BODY_LIMIT = 10 * 1024 * 1024

/** Serves a registry by itself, in Confluent's REST dialect. @throws Error where the address cannot be taken */
export async function serveRegistry(registry: ServedRegistry, options: RegistryServerOptions): Promise<RegistryServer> {
  const { host = 'localhost', port, auth, tls } = options
  const settings = {
    // Subjects named after records are longer than the 100 characters that fastify takes.
    routerOptions: { maxParamLength: 1024 },
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: 'idle' as const,
  }
  const https = tls && { ...tls, ...(tls.ca !== undefined && { requestCert: true, rejectUnauthorized: true }) }
  const { fastify } = require('fastify') as typeof import('fastify') // only here: loading it delays every start
  const app = (https ? fastify({ ...settings, https }) : fastify(settings)) as unknown as FastifyInstance
  if (auth) guard(app, auth)
  await app.register(registryRoutes, { registry })
  const url = await app.listen({ host, port })
  return { url, close: () => app.close() }
}

function guard(app: FastifyInstance, auth: NonNullable<RegistryServerOptions['auth']>): void {
  const expected = digest(
    'token' in auth
      ? `Bearer ${auth.token}`
      : `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`,
  )
  app.addHook('onRequest', async ({ headers }, reply) => {
    if (timingSafeEqual(digest(headers.authorization ?? ''), expected)) return
    reply.header('www-authenticate', 'token' in auth ? 'Bearer' : 'Basic realm="schema registry"')
    return answerError(new RestError(401, 'Unauthorized'), reply)
  })
}

/** Of one length, so that a comparison takes as long whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
