import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { MillraceError, messageOf } from '../errors'
import { embeddedRegistry } from '../registry/embedded'
import { openLogRegistry } from '../registry/log-registry'
import type { ServedRegistry } from '../registry/served'
import { type RegistryServer, type RegistryServerOptions, serveRegistry } from '../registry/server'
import { openLogFromEnv } from './open-log'
import { type CommandOptions, jsonLine, resolvedOptions } from './output'

interface Flags {
  readonly dir?: string
  readonly log?: boolean
  readonly host: string
  readonly port: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly tlsCa?: string
  readonly json?: boolean
}

export interface RegistryCommandOptions extends CommandOptions {
  /** Resolves when the server is to end. Default: at SIGINT or SIGTERM. */
  readonly until?: () => Promise<unknown>
}

const help = `
The registry speaks Confluent's REST dialect; any client of Confluent's registry can use it.
With REGISTRY_TOKEN, or REGISTRY_USER and REGISTRY_PASSWORD, it answers only those who show them.
Exit codes: 0 ended by SIGINT or SIGTERM, 2 wrong usage, or it could not start.`

/** `millrace registry`: a schema registry of its own, durable in a directory or on the log that the environment names. */
export function registerRegistry(program: Command, options: RegistryCommandOptions = {}): void {
  const { write, directory, env } = resolvedOptions(options)
  const { until = untilSignal } = options
  const command = program
    .command('registry')
    .description('serve a schema registry, durable in a directory or on the log')
    .option('--dir <directory>', 'where it keeps its schemas (default: registry)')
    .option('--log', 'keep them on the log instead: KAFKA_BROKERS, else the embedded one under DATA_DIR')
    .option('--host <host>', 'where it listens', 'localhost')
    .option('--port <port>', '0 takes a free one', '8081')
    .option('--tls-cert <file>', 'PEM; with --tls-key it is served by https')
    .option('--tls-key <file>', 'PEM')
    .option('--tls-ca <file>', 'PEM; clients must show a certificate signed by it')
    .option('--json', 'say where it is as JSON on one line')
    .addHelpText('after', help)
  command.action((flags: Flags) =>
    run(flags).catch((error: unknown) => {
      if (!(error instanceof MillraceError)) throw error
      command.error(`error: ${error.message}`, { exitCode: 2 })
    }),
  )

  async function run(flags: Flags): Promise<void> {
    if (flags.dir !== undefined && flags.log) throw invalid('--dir and --log are two places: give one')
    const settings = serverSettings(flags)
    const ended = until()
    const { registry, place, close } = flags.log ? await onLog() : inDirectory(flags.dir ?? 'registry')
    try {
      const server = await listen(registry, settings)
      const text = `schema registry at ${server.url}, kept in ${place}\n`
      write(flags.json ? jsonLine({ url: server.url, place, pid: process.pid }) : text)
      await ended
      await server.close()
    } finally {
      await close()
    }
  }

  function inDirectory(place: string) {
    const registry = embeddedRegistry(resolve(directory, place))
    return { registry, place, close: async () => registry.close() }
  }

  async function onLog() {
    const log = await openLogFromEnv(env)
    const registry = await openLogRegistry(log)
    const close = async () => {
      await registry.close()
      await log.close()
    }
    return { registry, place: 'the log', close }
  }

  function serverSettings({ host, port, tlsCert, tlsKey, tlsCa }: Flags): RegistryServerOptions {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
      throw invalid(`--port must be a number from 0 to 65535, but is ${JSON.stringify(port)}`)
    if ((tlsCert === undefined) !== (tlsKey === undefined)) throw invalid('--tls-cert and --tls-key go together')
    if (tlsCa !== undefined && tlsCert === undefined) throw invalid('--tls-ca needs --tls-cert and --tls-key')
    const tls = tlsCert && tlsKey && { cert: pem(tlsCert), key: pem(tlsKey), ...(tlsCa && { ca: pem(tlsCa) }) }
    const { REGISTRY_TOKEN: token, REGISTRY_USER: user, REGISTRY_PASSWORD: password } = env
    if (user && !password) throw invalid('REGISTRY_PASSWORD must be set, since REGISTRY_USER is')
    const auth = token ? { token } : user && password ? { user, password } : undefined
    return { host, port: Number(port), ...(tls && { tls }), ...(auth && { auth }) }
  }

  function pem(file: string): Buffer {
    try {
      return readFileSync(resolve(directory, file))
    } catch (cause) {
      throw invalid(`${file} cannot be read: ${messageOf(cause)}`)
    }
  }
}

async function listen(registry: ServedRegistry, settings: RegistryServerOptions): Promise<RegistryServer> {
  try {
    return await serveRegistry(registry, settings)
  } catch (cause) {
    throw invalid(`it cannot listen on ${settings.host}:${settings.port}: ${messageOf(cause)}`)
  }
}

function untilSignal(): Promise<unknown> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
  })
}

function invalid(message: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', message)
}
