import { Agent, request } from 'node:http'
import { messageOf, OutageError } from '../../errors'
import type { LockOwner } from './lock'
import { type RemoteCalls, remotePath, unpackError } from './remote'

/** @throws OutageError LOG_UNAVAILABLE when the owner does not answer; else what its log throws */
export type Call = <C extends keyof RemoteCalls, T>(call: C, body: RemoteCalls[C], options?: CallOptions) => Promise<T>

export interface CallOptions {
  readonly signal?: AbortSignal
  /** ms that the owner may take on purpose. */
  readonly waitMs?: number
}

/** An owner that says nothing for so long is stopped or stuck. */
const patienceMs = 30_000

/** Calls to the process that has a directory; gives them and the function that ends its connections. */
export function callsTo(owner: LockOwner): { readonly call: Call; close(): void } {
  const agent = new Agent({ keepAlive: true })
  return {
    call: (name, body, options = {}) => post({ owner, agent, path: remotePath(name), body, ...options }),
    close: () => agent.destroy(),
  }
}

interface Post extends CallOptions {
  readonly owner: LockOwner
  readonly agent: Agent
  readonly path: string
  readonly body: unknown
}

function post<T>({ owner, agent, path, body, signal, waitMs = 0 }: Post): Promise<T> {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  const options = {
    socketPath: owner.socket,
    agent,
    path,
    method: 'POST',
    headers,
    signal,
    timeout: patienceMs + waitMs,
  }
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      const message = `process ${owner.pid}, which has the log open, does not answer: ${messageOf(error)}`
      reject(new OutageError('LOG_UNAVAILABLE', message, { cause: error, details: { pid: owner.pid } }))
    }
    const sent = request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', fail)
      response.on('end', () => {
        try {
          const answer = JSON.parse(Buffer.concat(chunks).toString('utf8'))
          if (response.statusCode === 200) resolve(answer.result)
          else reject(unpackError(answer))
        } catch (error) {
          fail(error)
        }
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`nothing in ${patienceMs} ms`)))
    sent.on('error', fail)
    sent.end(text)
  })
}
