/** What a worker process and its parent, the fault run, say to each other. */
import type { Worker } from 'millrace'
import type { DeathPoint } from './mortal'

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

function statusOf({ state, tasks, counters }: Worker): Status {
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
