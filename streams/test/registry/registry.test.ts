/** One suite for registries: ours in a directory and on the log, and Apicurio's, by HTTP alike. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apicurioSuite } from '../../../test/apicurio/suite'
import { memoryLog } from '../../log/embedded'
import { embeddedRegistry } from '../../registry/embedded'
import { openLogRegistry } from '../../registry/log-registry'
import { serveRegistry } from '../../registry/server'
import { clientSuite } from './clients'
import { restSuite } from './rest'
import { serdeSuite } from './serdes'
import { toolingSuite } from './tooling'

jest.setTimeout(60_000)

function suites(url: () => string): void {
  describe("Confluent's REST dialect", () => restSuite(url))
  describe('clients', () => clientSuite(url))
  describe('serdes', () => serdeSuite(url))
  describe('millrace schemas', () => toolingSuite(url))
}

interface Served {
  readonly url: string
  close(): Promise<void>
}

function served(name: string, open: () => Promise<Served>): void {
  describe(name, () => {
    let registry: Served
    beforeAll(async () => {
      registry = await open()
    })
    suites(() => registry.url)
    afterAll(() => registry.close())
  })
}

served('the registry in a directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
  const registry = embeddedRegistry(directory)
  const server = await serveRegistry(registry, { port: 0 })
  return {
    url: server.url,
    close: async () => {
      await server.close()
      registry.close()
      rmSync(directory, { recursive: true })
    },
  }
})

served('the registry on the log', async () => {
  const log = memoryLog()
  const registry = await openLogRegistry(log)
  const server = await serveRegistry(registry, { port: 0 })
  return {
    url: server.url,
    close: async () => {
      await server.close()
      await registry.close()
      await log.close()
    },
  }
})

apicurioSuite('Apicurio Registry', (apicurio) => suites(() => apicurio().url))
