import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MillraceError, messageOf } from '../errors'
import type { Logger } from '../logger'
import type { WorkerThreads } from '../worker/threads/options'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Probes {
  close(): Promise<void>
}

/** Serves `/metrics`, `/health/live` and `/health/ready`. @throws MillraceError CONFIG_INVALID where that cannot be listened at */
export async function serveProbes(
  workers: Pick<WorkerThreads, 'state' | 'ready' | 'metrics'>,
  { host, port }: Address,
  logger: Logger,
): Promise<Probes> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response).catch((error: unknown) => send(response, 500, messageOf(error)))
  })
  async function answer(url: string, response: ServerResponse): Promise<void> {
    const { state } = workers
    const isLive = state !== 'ERROR' && state !== 'PENDING_ERROR' && state !== 'NOT_RUNNING'
    if (url === '/health/live') return send(response, isLive ? 200 : 503, state)
    if (url === '/health/ready') return send(response, workers.ready ? 200 : 503, state)
    if (url === '/metrics') return send(response, 200, await workers.metrics(), 'text/plain; version=0.0.4')
    send(response, 404, 'there are /metrics, /health/live and /health/ready')
  }
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new MillraceError('CONFIG_INVALID', `cannot listen at ${host}:${port}: ${messageOf(cause)}`, { cause })
  }
  const bound = (server.address() as AddressInfo).port
  logger.info({ host, port: bound }, `worker: metrics and health at http://${host}:${bound}`)
  return {
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type }).end(`${text.trimEnd()}\n`)
}
