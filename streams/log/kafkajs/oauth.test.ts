import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { manualClock } from '../../testing/manual-clock'
import { oauthTokens } from './oauth'

interface Seen {
  readonly authorization: string | undefined
  readonly body: string
}

let server: Server
let seen: Seen[]
let answer: { status: number; body: unknown }
let endpoint: string

beforeEach(async () => {
  seen = []
  answer = { status: 200, body: { access_token: 'first', expires_in: 100 } }
  server = createServer(async (request, response) => {
    seen.push({ authorization: request.headers.authorization, body: await bodyOf(request) })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

const credentials = { clientId: 'or:ders', clientSecret: 's&cret' }

test('a token is asked for once, and again when most of its life is over', async () => {
  const clock = manualClock(0)
  const tokens = oauthTokens({ endpoint, ...credentials, scope: 'kafka all', clock })
  const together = await Promise.all([tokens(), tokens()])
  expect(together.map(({ value }) => value)).toEqual(['first', 'first'])
  answer = { status: 200, body: { access_token: 'second', expires_in: 100 } }
  clock.advance(79_999)
  expect((await tokens()).value).toBe('first')
  clock.advance(1)
  expect((await tokens()).value).toBe('second')
  expect(seen).toHaveLength(2)
  expect(Buffer.from(seen[0]!.authorization!.slice('Basic '.length), 'base64').toString()).toBe('or%3Aders:s%26cret')
  expect(seen[0]!.body).toBe('grant_type=client_credentials&scope=kafka+all')
})

test.each([
  ['a refusal', 401, { error: 'invalid_client', error_description: 'who?' }, /401: invalid_client: who\?/],
  ['an answer without a token', 200, {}, /no access_token/],
])('%s is no outage, and shows no secret', async (_, status, body, message) => {
  answer = { status, body }
  const asking = oauthTokens({ endpoint, ...credentials })()
  await expect(asking).rejects.toMatchObject({ name: 'TerminalError', code: 'AUTHORIZATION_FAILED' })
  await expect(asking).rejects.toThrow(message)
  await expect(asking).rejects.not.toThrow(/s&cret/)
})

test('an endpoint that fails, or is not there, is an outage, after which it is asked again', async () => {
  answer = { status: 503, body: {} }
  const tokens = oauthTokens({ endpoint, ...credentials })
  await expect(tokens()).rejects.toMatchObject({ name: 'OutageError', code: 'LOG_UNAVAILABLE' })
  answer = { status: 200, body: { access_token: 'at last' } }
  expect((await tokens()).value).toBe('at last')
  const nowhere = oauthTokens({ endpoint: 'http://127.0.0.1:1/token', ...credentials })
  await expect(nowhere()).rejects.toMatchObject({ name: 'OutageError', code: 'LOG_UNAVAILABLE' })
})
