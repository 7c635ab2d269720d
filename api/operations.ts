import { Type } from '@sinclair/typebox'
import type { Readiness } from './ports'
import { sendProblem, unavailable } from './problems'
import { problems } from './schemas'
import type { TypedServer } from './typed'

export interface OperationRoutes {
  /** Whether the process is to be left running; `reason` where not. */
  readonly liveness: () => Readiness
  readonly readiness: () => Readiness
  /** In the text format of Prometheus. */
  readonly metrics: () => Promise<string> | string
}

const tags = ['operations']
const Health = Type.Object({ status: Type.String(), reason: Type.Optional(Type.String()) })

export function operationRoutes(app: TypedServer, { liveness, readiness, metrics }: OperationRoutes): void {
  app.get('/health/live', {
    schema: { tags, summary: 'Whether the process works', response: { 200: Health, ...problems } },
    handler: async (request, reply) => {
      const { ready, reason } = liveness()
      if (!ready) return sendProblem(request, reply, unavailable(reason ?? 'a worker has stopped'))
      return reply.send({ status: 'up' })
    },
  })

  app.get('/health/ready', {
    schema: { tags, summary: 'Whether commands are decided', response: { 200: Health, ...problems } },
    handler: async (request, reply) => {
      const { ready, reason } = readiness()
      if (!ready) return sendProblem(request, reply, unavailable(reason ?? 'the workers are not ready'))
      return reply.send({ status: 'up', ...(reason !== undefined && { reason }) })
    },
  })

  app.get('/metrics', {
    schema: { tags, summary: 'Metrics for Prometheus', response: { 200: Type.String() } },
    handler: async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  })

  app.get('/openapi.json', { schema: { hide: true }, handler: async (_request, reply) => reply.send(app.swagger()) })
}
