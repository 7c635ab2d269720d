import { inMemoryRegistry } from './in-memory'
import type { LocalRegistry } from './local'
import { remoteRegistry } from './remote'
import { type RegistryServer, serveRegistry } from './server'

const record = (...fields: readonly object[]) => JSON.stringify({ type: 'record', name: 'ns.R', fields })
const first = record({ name: 'a', type: 'int' })
const second = record({ name: 'a', type: 'int' }, { name: 'b', type: 'int', default: 0 })
const breaking = record({ name: 'c', type: 'int' })

let registry: LocalRegistry
let server: RegistryServer
beforeEach(async () => {
  registry = inMemoryRegistry()
  registry.register('s', first)
  registry.register('s', second)
  server = await serveRegistry(registry, { port: 0 })
})
afterEach(() => server.close())

async function call(method: string, path: string, body?: object) {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
  const response = await fetch(`${server.url}${path}`, { method, ...(body && { body: JSON.stringify(body), headers }) })
  expect(response.headers.get('content-type')).toMatch('application/vnd.schemaregistry.v1+json')
  return { status: response.status, body: await response.json() }
}

describe("Confluent's REST dialect", () => {
  test.each<[string, string, object | undefined, unknown]>([
    ['GET', '/', undefined, {}],
    ['GET', '/subjects', undefined, ['s']],
    ['GET', '/subjects/s/versions', undefined, [1, 2]],
    ['GET', '/subjects/s/versions/1', undefined, { subject: 's', version: 1, id: 1, schema: first }],
    ['GET', '/subjects/s/versions/latest', undefined, { subject: 's', version: 2, id: 2, schema: second }],
    ['GET', '/subjects/s/versions/1/schema', undefined, JSON.parse(first)],
    ['GET', '/schemas/ids/2', undefined, { schema: second }],
    ['GET', '/schemas/ids/2/versions', undefined, [{ subject: 's', version: 2 }]],
    ['GET', '/schemas/types', undefined, ['AVRO', 'JSON', 'PROTOBUF']],
    [
      'GET',
      '/schemas',
      undefined,
      [
        { subject: 's', version: 1, id: 1, schema: first },
        { subject: 's', version: 2, id: 2, schema: second },
      ],
    ],
    ['GET', '/schemas?latestOnly=true', undefined, [{ subject: 's', version: 2, id: 2, schema: second }]],
    ['GET', '/contexts', undefined, ['.']],
    ['GET', '/mode', undefined, { mode: 'READWRITE' }],
    ['GET', '/mode/s?defaultToGlobal=true', undefined, { mode: 'READWRITE' }],
    ['PUT', '/mode/s', { mode: 'READONLY' }, { mode: 'READONLY' }],
    ['GET', '/subjects?subjectPrefix=t', undefined, []],
    ['GET', '/subjects/s/versions/-1', undefined, { subject: 's', version: 2, id: 2, schema: second }],
    ['GET', '/subjects/s/versions/1/referencedby', undefined, []],
    ['GET', '/schemas/ids/2/schema', undefined, JSON.parse(second)],
    ['GET', '/schemas/ids/2/subjects', undefined, ['s']],
    ['DELETE', '/subjects/s/versions/latest', undefined, 2],
    ['DELETE', '/subjects/s', undefined, [1, 2]],
    ['DELETE', '/config', undefined, { compatibilityLevel: 'BACKWARD' }],
    ['POST', '/subjects/s/versions', { schema: first }, { id: 1 }],
    ['POST', '/subjects/new/versions', { schema: breaking, schemaType: 'AVRO' }, { id: 3 }],
    ['POST', '/subjects/s', { schema: second }, { subject: 's', version: 2, id: 2, schema: second }],
    ['GET', '/config', undefined, { compatibilityLevel: 'BACKWARD' }],
    ['PUT', '/config', { compatibility: 'FULL' }, { compatibility: 'FULL' }],
    ['PUT', '/config/s', { compatibility: 'NONE' }, { compatibility: 'NONE' }],
    ['GET', '/config/s?defaultToGlobal=true', undefined, { compatibilityLevel: 'BACKWARD' }],
    ['POST', '/compatibility/subjects/s/versions/latest', { schema: first }, { is_compatible: true }],
    ['POST', '/compatibility/subjects/none/versions/latest', { schema: first }, { is_compatible: true }],
    ['POST', '/compatibility/subjects/none/versions', { schema: first }, { is_compatible: true }],
    [
      'POST',
      '/compatibility/subjects/s/versions/1?verbose=true',
      { schema: second },
      { is_compatible: true, messages: [] },
    ],
    [
      'POST',
      '/compatibility/subjects/s/versions?verbose=true',
      { schema: breaking },
      { is_compatible: false, messages: [expect.stringContaining('READER_FIELD_MISSING_DEFAULT_VALUE')] },
    ],
  ])('%s %s %j', async (method, path, body, expected) => {
    expect(await call(method, path, body)).toEqual({ status: 200, body: expected })
  })

  test('a level that was put is in force until it is deleted', async () => {
    expect((await call('POST', '/subjects/s/versions', { schema: breaking })).status).toBe(409)
    await call('PUT', '/config/s', { compatibility: 'NONE' })
    expect((await call('GET', '/config/s')).body).toEqual({ compatibilityLevel: 'NONE' })
    expect((await call('POST', '/subjects/s/versions', { schema: breaking })).status).toBe(200)
    await call('DELETE', '/config/s')
    expect((await call('GET', '/config/s')).status).toBe(404)
  })

  test('subjects may have long names and any letters', async () => {
    const subject = `${'topic-'.repeat(30)}com.example/Ä ö?-value`
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    expect((await call('POST', path, { schema: first })).body).toEqual({ id: 1 })
    expect(registry.subjects()).toContain(subject)
    expect((await call('GET', path)).body).toEqual([1])
  })

  test.each<[string, string, number, number, object | undefined]>([
    ['GET', '/nowhere', 404, 404, undefined],
    ['GET', '/schemas/ids/x', 404, 40403, undefined],
    ['POST', '/subjects/s/versions', 422, 42201, {}],
    ['POST', '/subjects/s/versions', 409, 409, { schema: '{}', schemaType: 'JSON' }],
    ['POST', '/subjects/s/versions', 422, 42201, { schema: '{}', schemaType: 'XML' }],
    ['POST', '/subjects/s/versions', 422, 42201, { schema: first, references: [{ name: 'x' }] }],
    ['POST', '/subjects/s/versions', 422, 42205, { schema: breaking, id: 7 }],
    ['GET', '/subjects/s/versions/0', 422, 42202, undefined],
    ['GET', '/mode/s', 404, 40409, undefined],
    ['PUT', '/mode', 422, 42204, { mode: 'SOMETIMES' }],
    ['PUT', '/mode', 422, 42205, { mode: 'IMPORT' }],
    ['DELETE', '/subjects/none', 404, 40401, undefined],
    ['DELETE', '/subjects/s?permanent=true', 404, 40405, undefined],
    ['DELETE', '/subjects/s/versions/9', 404, 40402, undefined],
    ['DELETE', '/subjects/s/versions/1?permanent=true', 404, 40407, undefined],
    ['DELETE', '/config/s', 404, 40401, undefined],
    ['DELETE', '/mode/s', 404, 40401, undefined],
    [
      'POST',
      '/subjects/s/versions',
      422,
      42201,
      { schema: first, references: [{ name: 'x', subject: 'x', version: 1 }] },
    ],
    ['POST', '/compatibility/subjects/none/versions/1', 404, 40401, { schema: first }],
  ])('%s %s is answered with %i, error code %i', async (method, path, status, code, body) => {
    expect(await call(method, path, body)).toEqual({ status, body: { error_code: code, message: expect.any(String) } })
  })

  test('a body that is no JSON is refused', async () => {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const response = await fetch(`${server.url}/subjects/s/versions`, { method: 'POST', body: '{', headers })
    expect(response.status).toBe(400)
  })
})

describe('who may ask', () => {
  const asked = (url: string, authorization?: string) =>
    fetch(`${url}/subjects`, { ...(authorization !== undefined && { headers: { authorization } }) })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  test.each([
    [{ user: 'order', password: 'secret' }, basic('order:secret'), basic('order:wrong')],
    [{ token: 'a-token' }, 'Bearer a-token', basic('order:secret')],
  ])('%j', async (auth, right, wrong) => {
    const guarded = await serveRegistry(registry, { port: 0, auth })
    expect((await asked(guarded.url, right)).status).toBe(200)
    for (const authorization of [wrong, undefined, '']) {
      const response = await asked(guarded.url, authorization)
      expect([response.status, await response.json()]).toEqual([401, { error_code: 401, message: 'Unauthorized' }])
    }
    expect((await remoteRegistry({ url: guarded.url, credentials: auth }).schemaById(2)).schema).toBe(second)
    await guarded.close()
  })
})
