/**
 * Where personal data is open: between the API and the log on the way in, and between the read model and the API on the way
 * out. Everything behind (topics, changelogs, stores, dead letters, read model) holds it sealed.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type KeyEncryption,
  keyEncryptionFromFile,
  keyEncryptionFromText,
  type Log,
  OutageError,
  openLevelKeyStore,
  openTopicKeyStore,
  type PersonalDataVault,
  personalDataVault,
} from 'millrace'
import type { Logger } from 'pino'
import type { CommandPort } from './api/ports'
import type { Config } from './config'
import type { OrderReadModel } from './readmodel/port'
import { cartCommandSchema } from './schemas/generated/cart-command'
import { orderCommandSchema } from './schemas/generated/order-command'
import { orderEventSchema } from './schemas/generated/order-event'
import { type Order, type OrderOutcome, orderOutcomeSchema } from './schemas/generated/order-outcome'

/** Kept by every process of the platform on a Kafka. */
const KEYS_TOPIC = 'order-platform-keys'

/**
 * The keys of customers: on a Kafka in a topic, else under the data directory. Undefined on a Kafka without
 * PERSONAL_DATA_KEYS: processes on several machines need one key that all of them are given.
 * @throws MillraceError CONFIG_INVALID, STATE_LOCKED; OutageError KEYS_UNAVAILABLE
 */
export async function openVault(config: Config, log: Log, logger: Logger): Promise<PersonalDataVault | undefined> {
  const encryption = keyEncryptionOf(config, logger)
  if (encryption === undefined) {
    logger.warn('PERSONAL_DATA_KEYS is not set: orders with a delivery address are refused until it is')
    return undefined
  }
  const store =
    config.kafka === undefined
      ? await openLevelKeyStore(join(keysDirectory(config), 'customers'))
      : await openTopicKeyStore(log, { topic: KEYS_TOPIC, logger })
  return personalDataVault({ store, encryption })
}

function keyEncryptionOf(config: Config, logger: Logger): KeyEncryption | undefined {
  const { keys, keysFile } = config.personalData ?? {}
  if (keys !== undefined) return keyEncryptionFromText(keys, 'PERSONAL_DATA_KEYS')
  if (keysFile !== undefined) return keyEncryptionFromFile(keysFile)
  return config.kafka === undefined ? keyEncryptionFromFile(ownKeyFile(config, logger)) : undefined
}

function keysDirectory({ dataDir }: Config): string {
  return join(dataDir, 'keys')
}

/** For who tries the platform out: a key of its own, made once. It lies beside what it protects, which is no protection. */
function ownKeyFile(config: Config, logger: Logger): string {
  const file = join(keysDirectory(config), 'key-encryption.keys')
  if (existsSync(file)) return file
  mkdirSync(keysDirectory(config), { recursive: true })
  writeFileSync(file, `own:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flush: true })
  logger.info({ file }, `made a key for personal data in ${file}; set PERSONAL_DATA_KEYS to keep it elsewhere`)
  return file
}

/** Commands leave sealed; the state in their outcomes comes back open. */
export function concealing(commands: CommandPort, vault: PersonalDataVault | undefined): CommandPort {
  return {
    order: async (orderId, command) => {
      const sealed = await keysFor(vault, command).conceal(orderCommandSchema, command)
      return opened(await commands.order(orderId, sealed), vault)
    },
    cart: async (cartId, command) =>
      commands.cart(cartId, await keysFor(vault, command).conceal(cartCommandSchema, command)),
  }
}

type OrderReads = Pick<OrderReadModel, 'get' | 'list' | 'events'>

/** Orders and histories as people may see them: redacted where their customer is forgotten. */
export function revealing(orders: OrderReads, vault: PersonalDataVault | undefined): OrderReads {
  if (vault === undefined) return orders
  const open = async (order: Order) => (await opened(outcomeWith(order), vault)).state!
  return {
    get: async (orderId) => {
      const order = await orders.get(orderId)
      return order && open(order)
    },
    list: async (query) => {
      const page = await orders.list(query)
      return { ...page, orders: await Promise.all(page.orders.map(open)) }
    },
    events: async (orderId) =>
      Promise.all((await orders.events(orderId)).map((event) => vault.reveal(orderEventSchema, event))),
  }
}

async function opened(outcome: OrderOutcome, vault: PersonalDataVault | undefined): Promise<OrderOutcome> {
  return vault === undefined ? outcome : vault.reveal(orderOutcomeSchema, outcome)
}

/** The schema of an order is part of that of its outcomes. */
function outcomeWith(state: Order): OrderOutcome {
  return { commandId: '', accepted: true, version: state.version, refusal: null, state }
}

const passing: Pick<PersonalDataVault, 'conceal'> = { conceal: async (_schema, value) => value }

/** A command without anything personal needs no keys. */
function keysFor(vault: PersonalDataVault | undefined, command: object): Pick<PersonalDataVault, 'conceal'> {
  const { deliveryAddress = null } = command as { readonly deliveryAddress?: string | null }
  if (vault !== undefined) return vault
  if (deliveryAddress === null) return passing
  throw new OutageError('KEYS_UNAVAILABLE', 'there are no keys for personal data; set PERSONAL_DATA_KEYS')
}
