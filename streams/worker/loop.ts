import { messageOf, OutageError } from '../errors'
import type { FetchedBatch } from '../log/port'
import type { ResolvedOptions } from './options'
import type { Reading } from './reading'
import type { Runners } from './runners'

export interface LoopOptions {
  readonly options: ResolvedOptions
  readonly inputs: Reading
  readonly runners: Runners
  /** Ends waiting for a log that does not answer. */
  readonly stopping: AbortSignal
  /** Nothing is read or processed while it says so; what was processed is committed. */
  readonly paused: () => boolean
}

/** What a worker does between two rebalances. */
export interface Loop {
  /** One turn: read, process, commit what is due. */
  turn(): Promise<void>
}

/** Records a task may take before the others get their turn. */
const STEP_RECORDS = 500
const IDLE_WAIT_MS = 200
const OUTAGE_WAIT_MS = 1_000

export function createLoop({ options, inputs, runners, stopping, paused }: LoopOptions): Loop {
  const { applicationId, logger, clock } = options

  async function turn(): Promise<void> {
    for (const runner of runners.all) inputs.begin(runner.takePositions() ?? [])
    const busy = !paused() && runners.all.some(({ runnable }) => runnable)
    const batches = await poll(busy ? 0 : waitMs())
    for (const batch of batches) await runners.ownerOf(batch)?.add(batch)
    for (const runner of runners.all) {
      if (!paused()) runner.step(STEP_RECORDS)
      runner.commitIfDue(!busy && batches.length === 0)
    }
    inputs.balance((partition) => (paused() ? undefined : runners.ownerOf(partition)?.task?.buffered(partition)))
    // Timers and sockets get their turn even where polls resolve at once.
    await new Promise((resolve) => setImmediate(resolve))
  }
  async function poll(maxWaitMs: number): Promise<readonly FetchedBatch[]> {
    try {
      return await inputs.poll(maxWaitMs)
    } catch (error) {
      if (!(error instanceof OutageError)) throw error
      logger.warn(
        { applicationId, err: error },
        `${applicationId}: the log does not answer: ${messageOf(error)}; waiting`,
      )
      await clock.sleep(OUTAGE_WAIT_MS, stopping)
      return []
    }
  }
  function waitMs(): number {
    const now = clock.now()
    const due = paused() ? [] : runners.all.flatMap((runner) => runner.task?.nextPunctuation() ?? [])
    const dirty = runners.all.some((runner) => runner.task?.dirty)
    const soonest = Math.min(IDLE_WAIT_MS, ...due.map((at) => Math.max(0, at - now)))
    return dirty ? Math.min(soonest, 10) : soonest
  }

  return { turn }
}
