import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { homedir } from 'node:os'
import path from 'node:path'
import { KAFKA_VERSION, type KafkaHandle, type StartOptions } from './handle'
import { freePorts } from './ports'
import { commonProperties } from './properties'

const PING_TIMEOUT_MS = 1_000
const START_TIMEOUT_MS = 120_000
const IMAGE = `apache/kafka:${KAFKA_VERSION}`

/** Whether a Docker engine answers; a client without an engine is none. */
export async function dockerAnswers(): Promise<boolean> {
  const answers = await Promise.all(engineAddresses().map(ping))
  return answers.includes(true)
}

type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number }

function engineAddresses(): EngineAddress[] {
  const configured = process.env.DOCKER_HOST
  if (configured) {
    const url = new URL(configured)
    if (url.protocol === 'unix:') return [{ socketPath: url.pathname }]
    return [{ host: url.hostname, port: Number(url.port || 2375) }]
  }
  const sockets = [
    '/var/run/docker.sock',
    path.join(homedir(), '.docker', 'run', 'docker.sock'),
    path.join(process.env.XDG_RUNTIME_DIR ?? '/nonexistent', 'docker.sock'),
  ]
  return sockets.filter((socket) => existsSync(socket)).map((socketPath) => ({ socketPath }))
}

function ping(address: EngineAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = request({ ...address, path: '/_ping', timeout: PING_TIMEOUT_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ask.on('timeout', () => ask.destroy())
    ask.on('error', () => resolve(false))
    ask.end()
  })
}

/**
 * Starts one broker in a container. The port is chosen beforehand, since Kafka must advertise the one that clients reach.
 * @throws Error where the image cannot be had or the container does not start
 */
export async function startDockerKafka(options: StartOptions = {}): Promise<KafkaHandle> {
  // Loaded here only: it takes longer than finding out that there is no Docker.
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers')
  const host = (await getContainerRuntimeClient()).info.containerRuntime.host
  const port = options.port ?? (await freePorts(1))[0] ?? 9092
  const container = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment(environment(`${host}:${port}`, options.properties))
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start()
  return {
    brokers: [`${host}:${port}`],
    source: 'docker',
    stop: async () => {
      await container.stop({ timeout: 0, remove: true, removeVolumes: true })
    },
  }
}

/** The image takes server.properties as variables: `a.b_c-d` as KAFKA_A_B__C___D. */
function environment(advertised: string, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const properties: Record<string, string> = {
    ...commonProperties(1),
    'node.id': '1',
    'controller.quorum.voters': '1@localhost:9093',
    // The broker also talks to itself, and cannot do so by the address that is advertised outside of its container.
    listeners: 'PLAINTEXT://:9092,INTERNAL://localhost:19092,CONTROLLER://localhost:9093',
    'advertised.listeners': `PLAINTEXT://${advertised},INTERNAL://localhost:19092`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'INTERNAL',
    ...extra,
  }
  const variableOf = (name: string) =>
    `KAFKA_${name.toUpperCase().replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_')}`
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [variableOf(name), value]))
}
