import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SchemaRegistry as KafkajsRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { memoryLog } from '../log/embedded'
import { registryContract } from '../testing/contracts/registry'
import { embeddedRegistry } from './embedded'
import { inMemoryRegistry } from './in-memory'
import { openLogRegistry } from './log-registry'
import { remoteRegistry } from './remote'
import { serveRegistry } from './server'

const record = (name: string) =>
  JSON.stringify({ type: 'record', name, namespace: 'shapes', fields: [{ name: 'x', type: 'int' }] })

registryContract('in memory', async () => ({ registry: inMemoryRegistry(), close: async () => undefined }))

registryContract('embedded in a directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
  const registry = embeddedRegistry(directory)
  return {
    registry,
    close: async () => {
      registry.close()
      rmSync(directory, { recursive: true })
    },
  }
})

registryContract('on the log', async () => {
  const log = memoryLog()
  const registry = await openLogRegistry(log)
  return {
    registry,
    close: async () => {
      await registry.close()
      await log.close()
    },
  }
})

registryContract('remote, over one that is served', async () => {
  const server = await serveRegistry(inMemoryRegistry(), { port: 0 })
  return { registry: remoteRegistry({ url: server.url }), close: server.close }
})

test('a registry on the log gives every process the same ids, whoever asks first', async () => {
  const log = memoryLog()
  const registries = await Promise.all([openLogRegistry(log), openLogRegistry(log), openLogRegistry(log)])
  const names = Array.from({ length: 8 }, (_, index) => `Shape${index}`)
  const ids = await Promise.all(
    registries.map((registry) =>
      Promise.all(names.map(async (name) => registry.register(`${name}-value`, record(name)))),
    ),
  )
  expect(ids[1]).toEqual(ids[0])
  expect(ids[2]).toEqual(ids[0])
  expect(new Set(ids[0]).size).toBe(names.length)
  const late = await openLogRegistry(log)
  expect((await late.schemaById(ids[0]![3]!)).schema).toBe(record('Shape3'))
  await Promise.all([...registries, late].map((registry) => registry.close()))
  await log.close()
})

describe('the served registry', () => {
  test('has @kafkajs/confluent-schema-registry as its client, for writing and reading', async () => {
    const server = await serveRegistry(inMemoryRegistry(), { port: 0 })
    const client = new KafkajsRegistry({ host: server.url })
    const { id } = await client.register(
      { type: SchemaType.AVRO, schema: record('Circle') },
      { subject: 'circles-value' },
    )
    expect(await client.decode(await client.encode(id, { x: 7 }))).toEqual({ x: 7 })
    expect(await client.getLatestSchemaId('circles-value')).toBe(id)
    await server.close()
  })

  test.each<[string, string, number, number, object | undefined]>([
    ['GET', '/subjects/none/versions', 404, 40401, undefined],
    ['GET', '/subjects/known/versions/9', 404, 40402, undefined],
    ['GET', '/subjects/known/versions/nine', 422, 42202, undefined],
    ['GET', '/schemas/ids/4711', 404, 40403, undefined],
    ['GET', '/config/known', 404, 40408, undefined],
    ['PUT', '/config', 422, 42203, { compatibility: 'SOMETIMES' }],
    ['POST', '/subjects/known/versions', 422, 42201, { schema: '{' }],
    ['POST', '/subjects/known/versions', 409, 409, { schema: '"string"' }],
    ['POST', '/subjects/known', 404, 40403, { schema: record('Square') }],
  ])('%s %s is answered with %i and Confluent error code %i', async (method, path, status, code, body) => {
    const registry = inMemoryRegistry()
    registry.register('known', record('Circle'))
    const server = await serveRegistry(registry, { port: 0 })
    const response = await fetch(`${server.url}${path}`, {
      method,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      }),
    })
    expect([response.status, await response.json()]).toEqual([
      status,
      { error_code: code, message: expect.any(String) },
    ])
    await server.close()
  })
})

test.each([500, 401, 403, 503])(
  'a remote registry that answers %i is an outage, never the fault of a schema',
  async (status) => {
    const server = createServer((_request, response) =>
      response.writeHead(status).end('{"error_code":1,"message":"no"}'),
    )
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const registry = remoteRegistry({ url: `http://localhost:${(server.address() as AddressInfo).port}` })
    await expect((async () => registry.schemaById(1))()).rejects.toMatchObject({
      name: 'OutageError',
      code: 'REGISTRY_UNAVAILABLE',
    })
    server.closeAllConnections()
    server.close()
  },
)
