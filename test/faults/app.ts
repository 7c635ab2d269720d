/** One worker process of a fault run, told by its environment what to be, and by messages of its parent when to die. */
import {
  createWorker,
  deadLetter,
  levelStateDirectory,
  openKafkaLog,
  type ProcessingGuarantee,
  remoteRegistry,
  type Worker,
} from 'millrace'
import { pino } from 'pino'
import { jumpingClock } from './clock'
import type { CodecName } from './codec'
import { flow } from './flow'
import { type DeathPoint, mortal } from './mortal'

/** What a worker tells its parent, a few times a second. */
export interface Status {
  readonly state: string
  readonly tasks: readonly string[]
  readonly processed: number
  readonly commits: number
  readonly restarts: number
}

/** What its parent tells it. */
export type Order = { readonly dieAt: DeathPoint } | { readonly clockOffsetMs: number }

const REPORT_EVERY_MS = 100
const CLOSE_WITHIN_MS = 20_000

export function statusOf({ state, tasks, counters }: Worker): Status {
  return {
    state,
    tasks: tasks.filter((task) => task.state === 'running' || task.state === 'committing').map(({ id }) => id),
    processed: [...counters.processed.values()].reduce((sum, count) => sum + count, 0),
    commits: counters.commits.count,
    restarts: counters.taskRestarts.count,
  }
}

/** Reports to the parent, ends with it, and closes on SIGTERM. */
export function beChildWith(worker: Worker): void {
  // A parent that is gone is heard of by `disconnect`.
  const report = () => process.connected && process.send!(statusOf(worker), () => undefined)
  setInterval(report, REPORT_EVERY_MS)
  process.once('disconnect', () => process.exit(3))
  process.once('SIGTERM', () => void worker.close(CLOSE_WITHIN_MS))
}

async function main(): Promise<void> {
  const { APPLICATION_ID = '', BROKERS = '', STATE_DIR = '', GUARANTEE, SESSION_TIMEOUT_MS, LOG_LEVEL } = process.env
  const { CODEC = 'json', REGISTRY_URL, REQUEST_TIMEOUT_MS, DIE_AT } = process.env
  const logger = pino({ level: LOG_LEVEL ?? 'info' })
  const clock = jumpingClock()
  let death = DIE_AT as DeathPoint | undefined
  process.on('message', (order: Order) => {
    if ('dieAt' in order) death = order.dieAt
    else clock.jumpTo(order.clockOffsetMs)
  })
  const requestTimeoutMs = REQUEST_TIMEOUT_MS === undefined ? undefined : Number(REQUEST_TIMEOUT_MS)
  const kafka = await openKafkaLog({ brokers: BROKERS.split(','), logger, clock, requestTimeoutMs })
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
