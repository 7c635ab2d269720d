/** The wiring of the order platform: its log, registry, read model, workers and API, opened in order and closed in reverse. */
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  checkHistory,
  createWorker,
  deadLetter,
  levelStateDirectory,
  messageOf,
  OutageError,
  openCommandClient,
  registerMetrics,
  registryRoutes,
  type StateDirectory,
  systemClock,
  TerminalError,
  type Topology,
  type Worker,
} from 'millrace'
import { type Logger, pino } from 'pino'
import { Registry } from 'prom-client'
import type { CartReader, CommandPort, Readiness } from './api/ports'
import { createApi } from './api/server'
import type { Config } from './config'
import { settleWith } from './gateways/payment-stage'
import { simulatedPaymentGateway } from './gateways/simulated-payment'
import { type Infrastructure, instanceId, openInfrastructure } from './infrastructure'
import { concealing, revealing } from './personal-data'
import * as topics from './schemas/topics'
import { cartState } from './state/stores'
import { carts } from './topology/carts'
import { delivery } from './topology/delivery'
import { dispatch } from './topology/dispatch'
import { orders } from './topology/orders'
import { payment } from './topology/payment'
import { readModel } from './topology/read-model'

/** Prefix of every consumer group, internal topic and transactional id of the platform. */
const APPLICATION = 'order-platform'
/** A second apart. */
const REGISTRY_ATTEMPTS = 30
const WORKERS_CLOSE_WITHIN_MS = 4_000
/** How long a dead process keeps its tasks from the others; well above a pause for garbage or a slow disk. */
const SESSION_TIMEOUT_MS = 10_000

export interface Platform {
  /** Of the API. */
  readonly url: string
  /** Resolves when every stage has begun to work. */
  readonly ready: Promise<void>
  /** Rejects when a worker has stopped that should run. */
  readonly failed: Promise<never>
  /** Commits and closes everything, within 5 seconds. */
  close(): Promise<void>
}

/** @throws MillraceError, naming what does not answer or does not fit */
export async function startPlatform(
  config: Config,
  logger: Logger = pino({ level: config.logLevel }),
): Promise<Platform> {
  const closing: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const step of closing.splice(0).reverse()) {
      await step().catch((error) => logger.warn({ err: error }, 'closing: something did not end as it should'))
    }
  }
  try {
    const infrastructure = await openInfrastructure(config, logger, closing)
    await refuseUnreadable(infrastructure, logger)
    const workers = createWorkers(config, logger, { infrastructure, closing })
    closing.push(() => Promise.all(workers.map((worker) => worker.close(WORKERS_CLOSE_WITHIN_MS))))
    // One after the other: each creates its topics, and none creates those of another at the same time.
    for (const worker of workers) await worker.start()
    const commands = await openCommands(config, logger, infrastructure, closing)
    const url = await listen(config, logger, { infrastructure, workers, commands }, closing)
    return { url, ready: readyOf(workers), failed: failureOf(workers), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What was ever written must have a way to the present contracts, or else nothing starts. A registry that is slow to come is waited for. */
async function refuseUnreadable({ history }: Infrastructure, logger: Logger): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await checkHistory(Object.values(topics), history)
    } catch (error) {
      if (!(error instanceof OutageError) || attempt === REGISTRY_ATTEMPTS) throw error
      logger.warn({ err: error }, `${messageOf(error)}; trying again`)
      await systemClock.sleep(1_000)
    }
  }
}

interface Standing {
  readonly infrastructure: Infrastructure
  readonly closing: (() => Promise<unknown>)[]
}

function createWorkers(config: Config, logger: Logger, { infrastructure, closing }: Standing): readonly Worker[] {
  const { log, registry, views, vault } = infrastructure
  const gateway = simulatedPaymentGateway({ ...config.payment, clock: systemClock, random: Math.random })
  const flows: readonly Topology[] = [
    orders,
    carts,
    payment(settleWith(gateway, systemClock)),
    dispatch,
    delivery,
    readModel({ write: (records) => views.apply(records.map(({ value }) => value)) }),
  ]
  return flows.map((topology) => {
    const applicationId = applicationIdOf(topology, config)
    return createWorker({
      topology,
      applicationId,
      log,
      registry,
      ...(vault && { personalKeys: vault }),
      logger,
      onError: deadLetter,
      guarantee: config.processingGuarantee,
      commitIntervalMs: config.commitIntervalMs,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      ...(topology.stores.size > 0 && { state: openState(config, applicationId, closing) }),
      // Carts are the only stores that requests are answered from.
      ...(topology === carts && { applicationServer: config.queries?.server, queryToken: config.queries?.token }),
    })
  })
}

function openState({ dataDir }: Config, applicationId: string, closing: (() => Promise<unknown>)[]): StateDirectory {
  const state = levelStateDirectory(join(dataDir, 'state'), applicationId)
  closing.push(() => state.close())
  return state
}

/** A read model inside each process must see every order, so each process reads for itself; a shared one is fed once. */
function applicationIdOf({ name }: Topology, config: Config): string {
  const own = name === 'read-model' && config.kafka !== undefined && config.mongoUri === undefined
  return own ? `${APPLICATION}-${name}-${instanceId(config.dataDir)}` : `${APPLICATION}-${name}`
}

async function openCommands(
  config: Config,
  logger: Logger,
  { log, registry, vault }: Infrastructure,
  closing: (() => Promise<unknown>)[],
): Promise<CommandPort> {
  const shared = { log, registry, logger, clientId: `${APPLICATION}-api` }
  const order = await openCommandClient({ ...shared, commands: topics.orderCommands, outcomes: topics.orderOutcomes })
  closing.push(order.close)
  const cart = await openCommandClient({ ...shared, commands: topics.cartCommands, outcomes: topics.cartOutcomes })
  closing.push(cart.close)
  const port: CommandPort = {
    order: (orderId, command) => order.send(orderId, command, config.commandTimeoutMs),
    cart: (cartId, command) => cart.send(cartId, command, config.commandTimeoutMs),
  }
  return concealing(port, vault)
}

interface Running {
  readonly infrastructure: Infrastructure
  readonly workers: readonly Worker[]
  readonly commands: CommandPort
}

async function listen(
  config: Config,
  logger: Logger,
  { infrastructure, workers, commands }: Running,
  closing: (() => Promise<unknown>)[],
): Promise<string> {
  const { registry, vault } = infrastructure
  const metrics = new Registry()
  registerMetrics(metrics, workers)
  const api = await createApi({
    commands,
    orders: revealing(infrastructure.views, vault),
    carts: cartReader(workers.find(({ applicationId }) => applicationId === applicationIdOf(carts, config))!),
    ...(vault && { privacy: vault }),
    liveness: () => livenessOf(workers),
    readiness: () => readinessOf(workers),
    metrics: () => metrics.metrics(),
    logger,
    mount: async (app) => {
      if ('subjects' in registry) await app.register(registryRoutes, { prefix: '/registry', registry })
    },
  })
  closing.push(() => api.close())
  try {
    await api.listen({ host: config.host, port: config.port })
  } catch (cause) {
    throw new TerminalError(
      'CONFIG_INVALID',
      `PORT: cannot listen on ${config.host}:${config.port}: ${messageOf(cause)}`,
      { cause, details: { variable: 'PORT' } },
    )
  }
  const address = api.server.address() as AddressInfo
  const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host
  return `http://${host}:${address.port}`
}

/** Reads a cart where it is decided; `cartState` is what its decider remembers. */
function cartReader(worker: Worker): CartReader {
  return { get: async (cartId) => (await worker.store(cartState).get(cartId)).value?.state ?? undefined }
}

/** Commands are answered while orders and carts are decided; the stages behind them may catch up later. */
function readinessOf(workers: readonly Worker[]): Readiness {
  const deciding = workers.filter(({ applicationId }) => /-(orders|carts)$/.test(applicationId))
  const waiting = deciding.filter(({ ready }) => !ready).flatMap((worker) => worker.health().reasons)
  return waiting.length === 0 ? { ready: true } : { ready: false, reason: waiting.join(', ') }
}

/** A worker that has stopped is not started again by anyone but whoever starts the process. */
function livenessOf(workers: readonly Worker[]): Readiness {
  const stopped = workers.map((worker) => worker.health()).filter(({ live }) => !live)
  const reason = stopped.flatMap(({ reasons }) => reasons).join(', ')
  return stopped.length === 0 ? { ready: true } : { ready: false, reason }
}

async function readyOf(workers: readonly Worker[]): Promise<void> {
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve) => {
          if (worker.ready) resolve()
          worker.onState((state) => state === 'RUNNING' && resolve())
        }),
    ),
  )
}

async function failureOf(workers: readonly Worker[]): Promise<never> {
  await Promise.race(workers.map(({ done }) => done.then(() => new Promise<never>(() => undefined))))
  throw new Error('unreachable: a worker that ends well never settles this race')
}
