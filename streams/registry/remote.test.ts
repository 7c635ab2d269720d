import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { manualClock } from '../testing/manual-clock'
import { inMemoryRegistry } from './in-memory'
import { type RemoteRegistryOptions, remoteRegistry } from './remote'
import { serveRegistry } from './server'

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A server that answers as it is told, and the paths it was asked for. */
async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, asked }
}

const ask = async (options: RemoteRegistryOptions, id = 7) => remoteRegistry(options).schemaById(id)
const outage = { name: 'OutageError', code: 'REGISTRY_UNAVAILABLE' }
const schema = '{"type":"record","name":"R","fields":[]}'

describe('a remote registry', () => {
  test('keeps answers, and asks once for all who wait', async () => {
    const { url, asked } = await answering((_, response) => response.end(JSON.stringify({ schema })))
    const registry = remoteRegistry({ url: `${url}/` })
    const [one, other] = await Promise.all([registry.schemaById(7), registry.schemaById(7)])
    expect(one).toEqual({ id: 7, type: 'AVRO', schema })
    expect(other).toEqual(one)
    // Known, and so at hand without a promise.
    expect(registry.schemaById(7)).toEqual(one)
    expect(asked).toEqual(['GET /schemas/ids/7'])
  })

  test('says of which kind a schema is', async () => {
    const { url } = await answering((_, response) => response.end(JSON.stringify({ schema: '{}', schemaType: 'JSON' })))
    expect(await ask({ url })).toEqual({ id: 7, type: 'JSON', schema: '{}' })
  })

  test('does not keep failures', async () => {
    let status = 403
    const { url } = await answering((_, response) => response.writeHead(status).end(JSON.stringify({ schema })))
    const registry = remoteRegistry({ url })
    await expect(registry.schemaById(7)).rejects.toMatchObject(outage)
    status = 200
    expect(await registry.schemaById(7)).toMatchObject({ id: 7 })
  })

  test('believes a 404 only from a registry', async () => {
    const server = await serveRegistry(inMemoryRegistry(), { port: 0 })
    closers.push(server.close)
    await expect(ask({ url: server.url })).rejects.toMatchObject({ name: 'TerminalError', code: 'SCHEMA_UNKNOWN' })
    await expect(ask({ url: `${server.url}/elsewhere` })).rejects.toMatchObject({
      ...outage,
      message: expect.stringContaining('there is no schema registry at this address'),
    })
    const { url } = await answering(({ url: path }, response) =>
      path === '/subjects' ? response.end('<html>') : response.writeHead(404).end('<html>'),
    )
    await expect(ask({ url })).rejects.toMatchObject(outage)
  })

  test('gives up at the deadline, of the clock it was given', async () => {
    const { url, asked } = await answering(() => undefined)
    const clock = manualClock(0)
    const waiting = ask({ url, clock, deadlineMs: 5_000 })
    const settled = jest.fn()
    waiting.catch(settled)
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(4_999)
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).not.toHaveBeenCalled()
    clock.advance(1)
    await expect(waiting).rejects.toMatchObject({
      ...outage,
      message: expect.stringContaining('no answer within 5000 ms'),
    })
  })

  test('is an outage where nobody listens', async () => {
    const { url } = await answering(() => undefined)
    const port = Number(new URL(url).port)
    for (const close of closers.splice(0)) await close()
    await expect(ask({ url: `http://localhost:${port}` })).rejects.toMatchObject(outage)
  })

  test.each(['localhost', 'localhost:8081', 'ftp://localhost'])('is refused where its url is %s', (url) => {
    expect(() => remoteRegistry({ url })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('http://localhost:8081') }),
    )
  })

  test('sends the credentials, and says which to look at when they are refused', async () => {
    let authorization: string | undefined
    const { url } = await answering((request, response) => {
      authorization = request.headers.authorization
      response.writeHead(401).end('{"error_code":401,"message":"Unauthorized"}')
    })
    const credentials = { user: 'order', password: 'secret' }
    await expect(ask({ url, credentials })).rejects.toMatchObject({
      ...outage,
      message: expect.stringMatching(/Unauthorized.*KAFKA_SCHEMA_REGISTRY_USER/),
    })
    expect(authorization).toBe(`Basic ${Buffer.from('order:secret').toString('base64')}`)
  })

  test('passes on why a registry refuses a schema', async () => {
    const registry = inMemoryRegistry()
    registry.register('r-value', schema)
    const server = await serveRegistry(registry, { port: 0 })
    closers.push(server.close)
    const grown = schema.replace('[]', '[{"name":"a","type":"int"}]')
    const refused = (async () => remoteRegistry({ url: server.url }).register('r-value', grown))()
    await expect(refused).rejects.toMatchObject({
      name: 'TerminalError',
      code: 'SCHEMA_INCOMPATIBLE',
      message: expect.stringContaining('READER_FIELD_MISSING_DEFAULT_VALUE at /fields/0'),
    })
  })

  test('keeps a definite no for a while, by its clock', async () => {
    const server = await serveRegistry(inMemoryRegistry(), { port: 0 })
    closers.push(server.close)
    const clock = manualClock(0)
    const registry = remoteRegistry({ url: server.url, clock, missTtlMs: 1_000 })
    const unknown = { code: 'SCHEMA_UNKNOWN' }
    await expect((async () => registry.schemaById(1))()).rejects.toMatchObject(unknown)
    await remoteRegistry({ url: server.url }).register('later', schema)
    await expect((async () => registry.schemaById(1))()).rejects.toMatchObject(unknown)
    clock.advance(1_000)
    expect(await registry.schemaById(1)).toMatchObject({ schema })
  })

  test('tries again to register, while the registry is passing through a failure', async () => {
    let failures = 2
    const { url, asked } = await answering((_, response) => {
      failures -= 1
      response.writeHead(failures >= 0 ? 503 : 200).end(JSON.stringify({ id: 7 }))
    })
    expect(await remoteRegistry({ url }).register('s-value', schema)).toBe(7)
    expect(asked).toEqual(Array(3).fill('POST /subjects/s-value/versions'))
  })

  test('does not try again what was refused', async () => {
    const { url, asked } = await answering((_, response) =>
      response.writeHead(403).end('{"error_code":403,"message":"Forbidden"}'),
    )
    const refused = (async () => remoteRegistry({ url }).register('s-value', schema))()
    await expect(refused).rejects.toMatchObject({ ...outage, message: expect.stringMatching(/Forbidden.*_TOKEN/) })
    expect(asked).toHaveLength(1)
  })

  test('shows a token', async () => {
    let authorization: string | undefined
    const { url } = await answering((request, response) => {
      authorization = request.headers.authorization
      response.end(JSON.stringify({ schema }))
    })
    await ask({ url, credentials: { token: 'a-token' } })
    expect(authorization).toBe('Bearer a-token')
  })

  test('brings what a schema refers to', async () => {
    const registry = inMemoryRegistry()
    registry.register('inner', '{"type":"fixed","name":"n.F","size":2}')
    const references = [{ name: 'n.F', subject: 'inner', version: 1 }]
    registry.register('outer', '{"type":"array","items":"n.F"}', { references })
    const server = await serveRegistry(registry, { port: 0 })
    closers.push(server.close)
    expect(await remoteRegistry({ url: server.url }).schemaById(2)).toEqual(registry.schemaById(2))
  })
})
