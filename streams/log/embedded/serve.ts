import { chmodSync, rmSync } from 'node:fs'
import { TerminalError } from '../../errors'
import type { LogAdmin } from '../port'
import { readHeader, verifyChecksum } from '../records'
import { assertNotTooLarge } from './appending'
import type { Core } from './core'
import { openReader } from './reader'
import { type PollCall, packBatch, packError, type RemoteCalls, remotePath } from './remote'

const maxBodyBytes = 64 * 1024 * 1024

/** Serves the log on a unix domain socket that only its user may use; gives the function that ends it. */
export async function serveLog(core: Core, socket: string): Promise<() => Promise<void>> {
  const { fastify } = require('fastify') as typeof import('fastify') // only here: loading it delays every start
  const server = fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true })
  server.setErrorHandler((error, _request, reply) => reply.code(500).send(packError(error)))

  function answer<C extends keyof RemoteCalls>(call: C, handle: (body: RemoteCalls[C], gone: AbortSignal) => unknown) {
    server.post(remotePath(call), async (request, reply) => {
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort())
      return { result: await handle(request.body as RemoteCalls[C], gone.signal) }
    })
  }

  answer('admin', ({ method, args }) => callAdmin(core.admin, method, args))
  answer('producer', () => core.decisions.newProducerId())
  answer('append', (body) => append(core, body))
  answer('poll', (body, gone) => poll(core, body, gone))

  // We hold the lock of the directory, so a socket that is there is one a dead process left.
  rmSync(socket, { force: true })
  await server.listen({ path: socket })
  chmodSync(socket, 0o600)
  server.server.unref()
  return async () => {
    await server.close()
    rmSync(socket, { force: true })
  }
}

async function callAdmin(admin: LogAdmin, method: keyof LogAdmin, args: readonly unknown[]): Promise<unknown> {
  const called = admin[method] as (...args: readonly unknown[]) => Promise<unknown>
  const result = await called(...args)
  return result instanceof Map ? [...result] : (result ?? null)
}

function append({ topics, storage }: Core, { topic, partition, batches }: RemoteCalls['append']) {
  const log = topics.partition({ topic, partition })
  const sealed = batches.map((batch) => Buffer.from(batch, 'base64'))
  for (const bytes of sealed) assertPlain(bytes)
  assertNotTooLarge(log, sealed)
  const appended = log.append(sealed)
  storage.sync()
  return appended
}

async function poll({ topics, clock }: Core, call: PollCall, gone: AbortSignal) {
  const reader = openReader(topics, clock, call)
  reader.assign(call.positions)
  gone.addEventListener('abort', () => reader.wakeup())
  try {
    return (await reader.poll(call.maxWaitMs)).map(packBatch)
  } finally {
    await reader.close()
  }
}

/** Only whole batches, and none of a transaction, whose coordinator would know nothing of it. */
function assertPlain(bytes: Buffer): void {
  const header = readHeader(bytes, 0)
  if (header === undefined || header.end !== bytes.length || header.isTransactional || header.isControl) {
    throw new TerminalError('BATCH_CORRUPT', 'only whole batches outside of transactions can be appended from here')
  }
  verifyChecksum(bytes, header)
}
