/** What the platform stands on: a Kafka or the embedded log, a schema registry, a read model. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Log,
  type LogRegistry,
  openEmbeddedLog,
  openKafkaLog,
  openLogRegistry,
  type PersonalDataVault,
  registryAdmin,
  remoteRegistry,
  type SchemaRegistry,
  type VersionedRegistry,
} from 'millrace'
import type { Logger } from 'pino'
import type { Config } from './config'
import { openVault } from './personal-data'
import { openEmbeddedReadModel } from './readmodel/embedded'
import { mongoReadModel } from './readmodel/mongo'
import type { OrderReadModel } from './readmodel/port'

export interface Infrastructure {
  readonly log: Log
  readonly registry: SchemaRegistry | LogRegistry
  /** What the registry has of each contract. */
  readonly history: VersionedRegistry
  readonly views: OrderReadModel
  /** Absent where there are no keys of personal data. */
  readonly vault?: PersonalDataVault
}

/** What has been opened is to be closed by the steps put into `closing`, last first. */
export async function openInfrastructure(
  config: Config,
  logger: Logger,
  closing: (() => Promise<unknown>)[],
): Promise<Infrastructure> {
  mkdirSync(config.dataDir, { recursive: true })
  const log = await openLog(config, logger)
  closing.push(() => log.close())
  const views =
    config.mongoUri === undefined
      ? await openEmbeddedReadModel(join(config.dataDir, 'read-model'))
      : mongoReadModel(config.mongoUri)
  closing.push(() => views.close())
  const registry = await openRegistry(config, log, closing)
  const vault = await openVault(config, log, logger)
  if (vault !== undefined) closing.push(() => vault.close())
  const history = 'versions' in registry ? registry : registryAdmin(config.registry!)
  return { log, registry, history, views, ...(vault && { vault }) }
}

export function openLog({ dataDir, kafka }: Config, logger: Logger): Promise<Log> {
  return kafka === undefined ? openEmbeddedLog(join(dataDir, 'log'), { logger }) : openKafkaLog({ ...kafka, logger })
}

/** The one the environment names; else the platform keeps its schemas in its own log, and serves them (see platform.ts). */
async function openRegistry(
  { registry }: Config,
  log: Log,
  closing: (() => Promise<unknown>)[],
): Promise<SchemaRegistry | LogRegistry> {
  if (registry !== undefined) return remoteRegistry(registry)
  const kept = await openLogRegistry(log)
  closing.push(kept.close)
  return kept
}

/** Tells the processes of one installation apart, for as long as each keeps its data directory. */
export function instanceId(dataDir: string): string {
  const file = join(dataDir, 'instance-id')
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    const id = randomUUID().slice(0, 8)
    writeFileSync(file, `${id}\n`)
    return id
  }
}
