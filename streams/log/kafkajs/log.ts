import { systemClock } from '../../clock'
import { MillraceError, TerminalError } from '../../errors'
import { silentLogger } from '../../logger'
import type { GroupMember, Log } from '../port'
import { loadCompression } from '../records'
import { withRefusals } from './bearer'
import { createClient, type Shared } from './client'
import { type KafkaLogConfig, parseAddress } from './config'
import { createDirectory } from './directory'
import { createGroupAdmin } from './group-admin'
import { createLinkSet } from './link-set'
import type { LinkSettings } from './links'
import { createMember } from './member'
import { openProducer } from './producer'
import { openReader } from './reader'
import { createTopicAdmin } from './topic-admin'
import { openTransactionalProducer } from './transactions'

const OUTAGE_AFTER_MS = 30_000

/**
 * Opens the log of a Kafka cluster (2.5 or later). Resolves once a broker has answered.
 * @throws TerminalError CONFIG_INVALID, AUTHORIZATION_FAILED; OutageError LOG_UNAVAILABLE where none answers in time
 */
export async function openKafkaLog(config: KafkaLogConfig): Promise<Log> {
  const settings = settingsOf(config)
  const outageAfterMs = config.outageAfterMs ?? OUTAGE_AFTER_MS
  const { compression = 'none' } = config
  await loadCompression(compression)
  const links = createLinkSet(settings)
  const bootstrap = bootstrapNodes(config)
  const shared: Shared = { settings, outageAfterMs, compression, directory: createDirectory(links, bootstrap) }
  const client = createClient(shared)
  const closeConnections = () => {
    client.close()
    links.close()
  }
  try {
    const what = `connecting to Kafka at ${config.brokers.join(', ')}`
    await client.ask({ to: 'any' }, what, async () => undefined)
  } catch (error) {
    closeConnections()
    throw error
  }

  const opened = new Set<() => Promise<void>>()
  let closed = false
  function assertOpen(): void {
    if (closed) throw new MillraceError('CLOSED', 'the Kafka log is closed')
  }
  /** Remembers what is to be closed with the log, until it is closed by itself. */
  function tracked<T extends { close(): Promise<void> }>(resource: T): T {
    const { close } = resource
    const closing = async () => {
      opened.delete(closing)
      await close()
    }
    opened.add(closing)
    return { ...resource, close: closing }
  }
  return {
    kind: 'kafka',
    admin: { ...createTopicAdmin(client, shared), ...createGroupAdmin(client, shared) },
    async producer({ clientId }) {
      assertOpen()
      return tracked(await openProducer(named(shared, clientId)))
    },
    async transactionalProducer(options) {
      assertOpen()
      return tracked(await openTransactionalProducer(shared, options))
    },
    async reader(options) {
      assertOpen()
      return tracked(openReader(shared, options))
    },
    member(options): GroupMember {
      assertOpen()
      const member = createMember(named(shared, options.clientId), options)
      opened.add(member.leave)
      return member
    },
    async close() {
      if (closed) return
      closed = true
      await Promise.allSettled([...opened].map((close) => close()))
      closeConnections()
    },
  }
}

/** Under the name by which the brokers know it in their logs, quotas and metrics. */
function named(shared: Shared, clientId: string): Shared {
  return { ...shared, settings: { ...shared.settings, clientId } }
}

function settingsOf(config: KafkaLogConfig): LinkSettings {
  return {
    clientId: config.clientId ?? 'millrace',
    ssl: config.ssl === true ? {} : config.ssl || undefined,
    sasl: withRefusals(config.sasl),
    connectTimeoutMs: config.connectTimeoutMs ?? 5_000,
    requestTimeoutMs: config.requestTimeoutMs ?? Math.min(15_000, config.outageAfterMs ?? OUTAGE_AFTER_MS),
    clock: config.clock ?? systemClock,
    logger: config.logger ?? silentLogger,
  }
}

/** Their ids are below those of real brokers, which start at 0. */
function bootstrapNodes({ brokers }: KafkaLogConfig) {
  if (brokers.length === 0) throw new TerminalError('CONFIG_INVALID', 'brokers: give host:port of one or more brokers')
  return brokers.map((broker, index) => ({ id: -1 - index, ...parseAddress(broker) }))
}
