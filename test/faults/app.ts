/** One worker process of a fault run, told by its environment what to be, and by messages of its parent when to die. */
import { createWorker, deadLetter, levelStateDirectory, openKafkaLog, type ProcessingGuarantee } from 'millrace'
import { pino } from 'pino'
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

const REPORT_EVERY_MS = 100
const CLOSE_WITHIN_MS = 20_000

async function main(): Promise<void> {
  const { APPLICATION_ID = '', BROKERS = '', STATE_DIR = '', GUARANTEE, SESSION_TIMEOUT_MS, LOG_LEVEL } = process.env
  const logger = pino({ level: LOG_LEVEL ?? 'info' })
  let death: DeathPoint | undefined
  const kafka = await openKafkaLog({ brokers: BROKERS.split(','), logger })
  const log = mortal(kafka, () => death)
  const worker = createWorker({
    topology: flow(APPLICATION_ID).topology,
    log,
    state: levelStateDirectory(STATE_DIR, APPLICATION_ID),
    applicationId: APPLICATION_ID,
    guarantee: GUARANTEE as ProcessingGuarantee,
    commitIntervalMs: 200,
    onError: deadLetter,
    sessionTimeoutMs: Number(SESSION_TIMEOUT_MS),
    logger,
  })
  const report = () => {
    const { state, tasks, counters } = worker
    const processed = [...counters.processed.values()].reduce((sum, count) => sum + count, 0)
    const status: Status = {
      state,
      tasks: tasks.filter((task) => task.state === 'running' || task.state === 'committing').map(({ id }) => id),
      processed,
      commits: counters.commits.count,
      restarts: counters.taskRestarts.count,
    }
    // A parent that is gone is heard of by `disconnect`.
    if (process.connected) process.send!(status, () => undefined)
  }
  setInterval(report, REPORT_EVERY_MS)
  process.on('message', (point: DeathPoint) => {
    death = point
  })
  process.once('disconnect', () => process.exit(3))
  process.once('SIGTERM', () => void worker.close(CLOSE_WITHIN_MS))
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
