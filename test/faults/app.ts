/** One worker process of a fault run, told by its environment what to be, and by messages of its parent when to die. */
import {
  createWorker,
  deadLetter,
  levelStateDirectory,
  openKafkaLog,
  type ProcessingGuarantee,
  remoteRegistry,
} from 'millrace'
import { pino } from 'pino'
import { beChildWith, type Order } from './child'
import { jumpingClock } from './clock'
import type { CodecName } from './codec'
import { flow } from './flow'
import { type DeathPoint, mortal } from './mortal'

const given = (ms: string | undefined) => (ms === undefined ? undefined : Number(ms))

async function main(): Promise<void> {
  const { APPLICATION_ID = '', BROKERS = '', STATE_DIR = '', GUARANTEE, SESSION_TIMEOUT_MS, LOG_LEVEL } = process.env
  const { CODEC = 'json', REGISTRY_URL, REQUEST_TIMEOUT_MS, OUTAGE_AFTER_MS, DIE_AT } = process.env
  const logger = pino({ level: LOG_LEVEL ?? 'info' })
  const clock = jumpingClock()
  let death = DIE_AT as DeathPoint | undefined
  process.on('message', (order: Order) => {
    if ('dieAt' in order) death = order.dieAt
    else clock.jumpTo(order.clockOffsetMs)
  })
  const requestTimeoutMs = given(REQUEST_TIMEOUT_MS)
  const outageAfterMs = given(OUTAGE_AFTER_MS)
  const kafka = await openKafkaLog({ brokers: BROKERS.split(','), logger, clock, requestTimeoutMs, outageAfterMs })
  const log = mortal(kafka, () => death)
  const worker = createWorker({
    topology: flow(APPLICATION_ID, CODEC as CodecName).topology,
    log,
    state: levelStateDirectory(STATE_DIR, APPLICATION_ID),
    applicationId: APPLICATION_ID,
    guarantee: GUARANTEE as ProcessingGuarantee,
    registry: REGISTRY_URL === undefined ? undefined : remoteRegistry({ url: REGISTRY_URL, clock, deadlineMs: 3_000 }),
    commitIntervalMs: 200,
    onError: deadLetter,
    sessionTimeoutMs: Number(SESSION_TIMEOUT_MS),
    logger,
    clock,
  })
  beChildWith(worker)
  await worker.start()
  await worker.done
  await log.close()
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  },
)
