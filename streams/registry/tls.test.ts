import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { registryAdmin } from './admin'
import { registryFromEnv } from './connection'
import { inMemoryRegistry } from './in-memory'
import { remoteRegistry } from './remote'
import { type RegistryServer, serveRegistry } from './server'

const file = (name: string) => join(__dirname, 'fixtures', 'tls', `${name}.pem`)
const pem = (name: string) => readFileSync(file(name))
const own = { cert: pem('server'), key: pem('server-key') }
const schema = '"int"'
const outage = { name: 'OutageError', code: 'REGISTRY_UNAVAILABLE' }

describe.each([
  ['a registry by https', own, {}],
  [
    'a registry by https that wants certificates',
    { ...own, ca: pem('ca') },
    { cert: pem('client'), key: pem('client-key') },
  ],
])('%s', (_, tls, shown) => {
  let server: RegistryServer
  beforeAll(async () => {
    server = await serveRegistry(inMemoryRegistry(), { port: 0, tls })
  })
  afterAll(() => server.close())

  test('answers who trusts it and is trusted', async () => {
    const connection = { url: server.url, tls: { ca: pem('ca'), ...shown } }
    const registry = remoteRegistry(connection)
    expect(await registry.register('s', schema)).toBe(1)
    expect((await registryAdmin(connection).versions('s')).map((one) => one.schema)).toEqual([schema])
  })

  test('is an outage for who does not trust it', async () => {
    const connection = { url: server.url, deadlineMs: 1_500 }
    const registry = remoteRegistry(connection)
    await expect((async () => registry.schemaById(1))()).rejects.toMatchObject(outage)
    await expect(registryAdmin(connection).subjects()).rejects.toMatchObject(outage)
  })
})

test('a registry that wants certificates is an outage for who shows none', async () => {
  const server = await serveRegistry(inMemoryRegistry(), { port: 0, tls: { ...own, ca: pem('ca') } })
  const connection = { url: server.url, tls: { ca: pem('ca') }, deadlineMs: 1_500 }
  await expect((async () => remoteRegistry(connection).schemaById(1))()).rejects.toMatchObject(outage)
  await server.close()
})

test('credentials in the URL are used, and shown to nobody', async () => {
  const auth = { user: 'me', password: 'p@ss' }
  const server = await serveRegistry(inMemoryRegistry(), { port: 0, auth })
  const url = server.url.replace('//', '//me:p%40ss@')
  expect(await remoteRegistry({ url }).register('s', schema)).toBe(1)
  expect(registryAdmin({ url }).url).toBe(server.url)
  expect(await registryAdmin({ url }).subjects()).toEqual(['s'])
  await server.close()
  const failed = registryAdmin({ url, deadlineMs: 300 }).subjects()
  await expect(failed).rejects.toMatchObject({ ...outage, message: expect.not.stringContaining('ss@') })
})

describe('the environment', () => {
  test('names the registry, its certificates and the token', () => {
    const environment = {
      KAFKA_SCHEMA_REGISTRY: 'https://registry.example',
      KAFKA_SCHEMA_REGISTRY_TOKEN: 'a-token',
      KAFKA_SCHEMA_REGISTRY_CA_PATH: file('ca'),
      KAFKA_SCHEMA_REGISTRY_CERT_PATH: file('client'),
      KAFKA_SCHEMA_REGISTRY_KEY_PATH: file('client-key'),
    }
    expect(registryFromEnv(environment)).toEqual({
      url: 'https://registry.example',
      credentials: { token: 'a-token' },
      tls: { ca: pem('ca'), cert: pem('client'), key: pem('client-key') },
    })
    expect(registryFromEnv({ ...environment, KAFKA_SCHEMA_REGISTRY: '' })).toBeUndefined()
  })

  test('is refused where a file cannot be read, by the name of the variable', () => {
    const environment = { KAFKA_SCHEMA_REGISTRY: 'https://r', KAFKA_SCHEMA_REGISTRY_CA_PATH: '/nowhere.pem' }
    expect(() => registryFromEnv(environment)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('KAFKA_SCHEMA_REGISTRY_CA_PATH names a file that cannot be read'),
      }),
    )
  })
})
