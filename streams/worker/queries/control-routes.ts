/** What is asked of a member beside its stores: how it is, who the members are, and that it pauses. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MillraceError, messageOf } from '../../errors'
import { inputTopics } from '../../graph/input-topics'
import type { QueryHost } from './host'
import { askJson } from './http'
import { flagIn, type Parameters } from './parameters'
import type { QueryServerOptions } from './server'

const TELL_WITHIN_MS = 5_000

export function controlRoutes(app: FastifyInstance, { host, control, token }: QueryServerOptions): void {
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
    ...inputTopics(topology.subTopologies, applicationId),
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
      const signal = AbortSignal.timeout(TELL_WITHIN_MS)
      const { status } = await askJson({ endpoint, method: 'POST', path: `/${path}`, token, signal })
      if (status !== 200) throw new Error(`member ${endpoint} answered ${status}`)
    }),
  )
  const failed = told.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []))
  if (failed.length > 0)
    throw new MillraceError('QUERY_FAILED', `not all members could be told to ${path}: ${failed.join('; ')}`)
}
