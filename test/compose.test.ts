import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { readConfig } from '../config'
import { KAFKA_VERSION } from './kafka/handle'

interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly volumes?: readonly string[]
  readonly healthcheck: { readonly test: readonly string[] }
}

const read = (name: string) => readFileSync(path.join(__dirname, '..', name), 'utf8')
const compose = parse(read('docker-compose.yml')) as {
  readonly services: Readonly<Record<'kafka' | 'schema-registry' | 'mongo' | 'platform', Service>>
  readonly volumes: Readonly<Record<string, null>>
}
const services = Object.entries(compose.services)

describe('docker-compose.yml', () => {
  test('brings up Kafka, a schema registry, MongoDB and the platform', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['kafka', 'mongo', 'platform', 'schema-registry'])
    expect(compose.services.kafka.image).toBe(`apache/kafka:${KAFKA_VERSION}`)
  })

  test.each(services)(
    '%s has a health check and waits for what it needs to be healthy',
    (_, { healthcheck, depends_on = {} }) => {
      expect(healthcheck.test.length).toBeGreaterThan(1)
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        expect(Object.keys(compose.services)).toContain(needed)
        expect(condition).toBe('service_healthy')
      }
    },
  )

  test('keeps data in volumes that are declared, each by one service', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]))
    expect([...used].sort()).toEqual(Object.keys(compose.volumes).sort())
  })

  test('gives the platform settings that it takes and that name every other service', () => {
    const environment = compose.services.platform.environment ?? {}
    const plain = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:-(.*)\}/, '$1')]),
    )
    expect(readConfig(plain)).toMatchObject({
      kafka: { brokers: ['kafka:9092'] },
      registry: { url: 'http://schema-registry:8081' },
      mongoUri: 'mongodb://mongo:27017/orders',
      logLevel: 'info',
    })
  })
})

test('the Dockerfile sets variables that the platform takes, and Node is process 1', () => {
  const dockerfile = read('Dockerfile')
  const settings = /^ENV (.*)$/m.exec(dockerfile)?.[1] ?? ''
  const environment = Object.fromEntries(settings.split(' ').map((pair) => pair.split('=') as [string, string]))
  expect(readConfig(environment)).toMatchObject({ host: '0.0.0.0', port: 8084, dataDir: '/data' })
  expect(dockerfile).toMatch(/^CMD \["node", /m)
})
