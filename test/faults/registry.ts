import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inMemoryRegistry, type LocalRegistry, serveRegistry } from 'millrace'

/** What the workers' registry does: answers, is slow, answers with a status instead, or says nothing at all. */
export type Mood = 'sound' | { readonly slowMs: number } | { readonly status: number } | 'silent'

/** A schema registry that can be out of sorts, for all who reach it by its URL. */
export interface MoodyRegistry {
  readonly url: string
  /** The registry itself, which is always well. */
  readonly own: LocalRegistry
  /** Questions that were not answered as they should have been. */
  readonly spoilt: number
  become(mood: Mood): void
  close(): Promise<void>
}

export async function openMoodyRegistry(): Promise<MoodyRegistry> {
  const own = inMemoryRegistry()
  own.setLevel('NONE')
  const behind = await serveRegistry(own, { host: '127.0.0.1', port: 0 })
  const unanswered = new Set<ServerResponse>()
  let mood: Mood = 'sound'
  let spoilt = 0

  const answer = (asked: IncomingMessage, response: ServerResponse) => {
    const pass = () => passOn(behind.url, asked, response)
    if (mood === 'sound') return pass()
    spoilt += 1
    if (mood === 'silent') return void unanswered.add(response)
    if ('slowMs' in mood) return void setTimeout(pass, mood.slowMs)
    asked.resume()
    response.writeHead(mood.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error_code: mood.status * 100 + 1, message: `status ${mood.status}, as ordered` }))
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    own,
    get spoilt() {
      return spoilt
    },
    become: (next) => {
      mood = next
      for (const response of unanswered) response.destroy()
      unanswered.clear()
    },
    close: async () => {
      await closed(server)
      await behind.close()
    },
  }
}

function passOn(url: string, asked: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = asked
  const onward = request(new URL(path ?? '/', url), { method, headers }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers)
    answered.pipe(response)
  })
  onward.on('error', () => response.destroy())
  asked.pipe(onward)
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
