import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RegistryAdmin, registryAdmin } from './admin'
import { inMemoryRegistry } from './in-memory'
import { type RegistryServer, serveRegistry } from './server'

const schema = (name: string) => JSON.stringify({ type: 'record', name, fields: [] })

let server: RegistryServer
let admin: RegistryAdmin
beforeEach(async () => {
  server = await serveRegistry(inMemoryRegistry(), { port: 0 })
  admin = registryAdmin({ url: `${server.url}/` })
})
afterEach(() => server.close())

test('asks for any number of subjects', async () => {
  const names = Array.from({ length: 60 }, (_, at) => `s${at}`)
  await Promise.all(names.map((name) => admin.register(name, schema(name))))
  const versions = await Promise.all(names.map((name) => admin.versions(name)))
  expect(versions.map(([first]) => first!.schema)).toEqual(names.map(schema))
  expect(await admin.subjects()).toEqual([...names].sort())
})

test('finds, compares and sets levels', async () => {
  const id = await admin.register('s', schema('A'))
  expect(await admin.find('s', schema('A'))).toMatchObject({ id, version: 1, type: 'AVRO' })
  expect(await admin.find('s', schema('B'))).toBeUndefined()
  expect(await admin.find('none', schema('A'))).toBeUndefined()
  expect(await admin.versions('none')).toEqual([])
  expect([await admin.level(), await admin.level('s')]).toEqual(['BACKWARD', 'BACKWARD'])
  await admin.setLevel('FULL', 's')
  await admin.setLevel('NONE')
  expect([await admin.level(), await admin.level('s')]).toEqual(['NONE', 'FULL'])
})

test('brings what versions refer to', async () => {
  await admin.register('a', schema('A'))
  const references = [{ name: 'A', subject: 'a', version: 1 }]
  await admin.register('b', '{"type":"array","items":"A"}', { references })
  expect(await admin.versions('b')).toMatchObject([{ references, referenced: [{ name: 'A', schema: schema('A') }] }])
})

test.each([
  ['is refused', async (of: RegistryAdmin) => of.register('s', '{'), 'SCHEMA_INVALID'],
  ['may not follow', async (of: RegistryAdmin) => of.register('s', '"int"'), 'SCHEMA_INCOMPATIBLE'],
])('a schema that %s is the fault of nothing else', async (_, ask, code) => {
  await admin.register('s', schema('A'))
  await expect(ask(admin)).rejects.toMatchObject({ name: 'TerminalError', code })
})

test.each([
  [404, '<html>'],
  [404, '{"status":404}'],
  [200, '<html>'],
  [500, '{"error_code":50001,"message":"no"}'],
  [403, '{"error_code":403,"message":"no"}'],
])('an answer of %i %s is an outage', async (status, body) => {
  const other = createServer((_, response) => response.writeHead(status).end(body))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const outage = { name: 'OutageError', code: 'REGISTRY_UNAVAILABLE' }
  await expect(registryAdmin({ url }).versions('s')).rejects.toMatchObject(outage)
  other.closeAllConnections()
  other.close()
})
