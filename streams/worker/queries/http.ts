import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface HttpAsk {
  /** `host:port` */
  readonly endpoint: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  readonly token?: string
  /** Ends it, whether it has been answered or not. */
  readonly signal: AbortSignal
}

/** A connection that takes longer is taken for none; an answer may take as long as who asks will wait. */
const CONNECT_MS = 2_000

/**
 * Asks another member. Node's own client rather than `fetch`: the first `fetch` of a process does not notice that the
 * other side closes its connection while it is being set up.
 */
export function askHttp({ endpoint, method, path, body = '', token, signal }: HttpAsk): Promise<IncomingMessage> {
  const { hostname, port } = new URL(`http://${endpoint}`)
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined
    const asked = request({
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? 80 : port,
      method,
      path,
      headers: {
        ...(body !== '' && { 'content-type': 'application/json' }),
        'content-length': Buffer.byteLength(body),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    })
    asked.on('socket', (socket) => {
      if (!socket.connecting) return
      const late = setTimeout(() => asked.destroy(new Error(`no connection within ${CONNECT_MS} ms`)), CONNECT_MS)
      socket.once('connect', () => clearTimeout(late)).once('close', () => clearTimeout(late))
    })
    // Once the answer is whole, the connection is no longer ours to end.
    const end = () => answer?.complete === true || asked.destroy(new Error('it was not answered in time'))
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    asked.on('error', reject)
    asked.on('close', () => signal.removeEventListener('abort', end))
    asked.on('response', (response) => {
      answer = response
      // What is thrown to who reads it is enough.
      response.on('error', () => undefined)
      resolve(response)
    })
    asked.end(body)
  })
}

/** A small answer, whole. */
export async function askJson(ask: HttpAsk): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await askHttp(ask)
  const answered = await text(response)
  return { status: response.statusCode ?? 0, body: JSON.parse(answered) }
}
