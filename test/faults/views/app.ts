/** One process of the platform's read-model flow, told by its environment what to be. */
import {
  createWorker,
  levelStateDirectory,
  openKafkaLog,
  openLogRegistry,
  type ProcessingGuarantee,
  type Worker,
} from 'millrace'
import { pino } from 'pino'
import { openEmbeddedReadModel } from '../../../readmodel/embedded'
import { mongoReadModel } from '../../../readmodel/mongo'
import type { OrderReadModel } from '../../../readmodel/port'
import { readModel } from '../../../topology/read-model'
import { beChildWith, type Order } from '../child'
import type { DeathPoint } from '../mortal'

/** So that an outage of the database is noticed soon. */
const DATABASE_TIMEOUT_MS = 1_500

async function main(): Promise<void> {
  const { APPLICATION_ID = '', BROKERS = '', STATE_DIR = '', GUARANTEE, SESSION_TIMEOUT_MS, LOG_LEVEL } = process.env
  const logger = pino({ level: LOG_LEVEL ?? 'info' })
  let death: DeathPoint | undefined
  process.on('message', (order: Order) => {
    if ('dieAt' in order) death = order.dieAt
  })
  const dieAt = (point: DeathPoint) => {
    if (death === point) process.kill(process.pid, 'SIGKILL')
  }
  const log = await openKafkaLog({ brokers: BROKERS.split(','), logger })
  const registry = await openLogRegistry(log)
  const views = await openViews()
  const worker: Worker = createWorker({
    topology: readModel({
      write: async (records) => {
        dieAt('before it writes to the read model')
        await views.apply(records.map(({ value }) => value))
        dieAt('between read model and commit')
      },
    }),
    log,
    registry,
    state: levelStateDirectory(STATE_DIR, APPLICATION_ID),
    applicationId: APPLICATION_ID,
    guarantee: GUARANTEE as ProcessingGuarantee,
    commitIntervalMs: 200,
    sessionTimeoutMs: Number(SESSION_TIMEOUT_MS),
    logger,
  })
  beChildWith(worker)
  await worker.start()
  await worker.done
  await views.close()
  await log.close()
}

function openViews(): Promise<OrderReadModel> {
  const { VIEWS_URI, VIEWS_DATABASE, VIEWS_DIR = '' } = process.env
  if (VIEWS_URI === undefined) return openEmbeddedReadModel(VIEWS_DIR)
  return Promise.resolve(mongoReadModel(VIEWS_URI, { database: VIEWS_DATABASE, timeoutMs: DATABASE_TIMEOUT_MS }))
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
