import { type Clock, elapsed } from '../clock'
import { MillraceError, messageOf } from '../errors'
import type { FetchedBatch, Log, LogReader } from '../log/port'
import type { Logger } from '../logger'
import type { Task } from '../tasks/task'
import { type ChangelogSpan, changelogSpans } from './changelog-spans'
import { restoreBuffer } from './restore-buffer'
import { type RestoreProgress, restoreMeter } from './restore-progress'

export interface RestoreOptions {
  readonly log: Log
  readonly task: Task
  readonly partition: number
  readonly clock: Clock
  readonly logger: Logger
  /** Bytes read ahead per changelog; all tasks that restore at a time take that much each. */
  readonly readBytes: number
  /** Bytes kept of a changelog before its store is written. */
  readonly bufferBytes: number
  /** Restoring stops when it aborts. */
  readonly signal: AbortSignal
  /** Told of with each batch of records, the first time before any. */
  readonly onProgress: (progress: RestoreProgress) => void
}

const POLL_MS = 500
const REPORT_EVERY_MS = 2_000

/**
 * Brings every store of a task up to the end of its changelog, from where the store itself says it stands. Processing
 * begins afterwards: a task that processed on half a state would lose the other half.
 * @throws MillraceError STATE_CORRUPT when a store is ahead of its changelog or behind its beginning (the caller wipes and restores)
 */
export async function restoreTask(options: RestoreOptions): Promise<void> {
  const { log, task, partition, readBytes, signal } = options
  const spans = await changelogSpans({ log, taskId: task.id, stores: task.stores, partition })
  const pending = spans.filter(({ position, end }) => position < end)
  // A store that begins with nothing says so from here on: who else writes to its changelog before it does is found out.
  const fresh = spans.filter(({ store, position, end }) => store.position === undefined && position === end)
  await Promise.all(fresh.map(({ store, end }) => store.restore([], end)))
  if (pending.length === 0) return
  const reader = await log.reader({ isolation: 'read_committed', maxBytesPerPartition: readBytes })
  const stop = () => reader.wakeup()
  signal.addEventListener('abort', stop)
  try {
    await restoreAll(reader, pending, options)
  } finally {
    signal.removeEventListener('abort', stop)
    await reader.close()
  }
}

async function restoreAll(
  reader: LogReader,
  pending: readonly ChangelogSpan[],
  { clock, logger, signal, task, bufferBytes, onProgress }: RestoreOptions,
): Promise<void> {
  const meter = restoreMeter(task.id, pending, clock)
  const left = new Map(
    pending.map((span) => [span.from.topic, { end: span.end, buffer: restoreBuffer(span.store, bufferBytes) }]),
  )
  /** The last writes of those that have been read to their ends, while others are still read. */
  const lastWrites: Promise<void>[] = []
  let reported = elapsed(clock)
  logger.info(
    { task: task.id, stores: pending.map(({ store }) => store.name) },
    `task ${task.id}: restoring ${describe(pending)}`,
  )
  onProgress(meter.progress())
  reader.assign(pending.map(({ from, position }) => ({ ...from, offset: position })))
  while (left.size > 0) {
    if (signal.aborted) throw new MillraceError('CLOSED', `restoring task ${task.id} was stopped`)
    for (const { topic, records, nextOffset } of await poll(reader, task.id)) {
      const span = left.get(topic)
      if (span === undefined) continue // what came after its end when the restore began
      await span.buffer.add(records, nextOffset)
      meter.reached(topic, nextOffset)
      if (nextOffset >= span.end) {
        lastWrites.push(handled(span.buffer.flush()))
        left.delete(topic)
      }
      onProgress(meter.progress())
    }
    if (elapsed(clock) - reported < REPORT_EVERY_MS) continue
    reported = elapsed(clock)
    // Who is killed in the midst goes on from here.
    for (const { buffer } of left.values()) await buffer.flush()
    logger.info({ task: task.id }, `task ${task.id}: ${meter.describe()}`)
  }
  await Promise.all(lastWrites)
  const { restored, ms } = meter.progress()
  logger.info({ task: task.id, records: restored, ms }, `task ${task.id}: restored ${restored} records in ${ms} ms`)
}

/** Who waits for it later hears of its failure then. */
function handled(work: Promise<void>): Promise<void> {
  work.catch(() => undefined)
  return work
}

async function poll(reader: LogReader, taskId: string): Promise<readonly FetchedBatch[]> {
  try {
    return await reader.poll(POLL_MS)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'OFFSET_OUT_OF_RANGE') throw error
    // What was still there when the restore began has been deleted meanwhile.
    throw new MillraceError('STATE_CORRUPT', `a changelog of task ${taskId} was cut off: ${messageOf(error)}`, {
      cause: error,
      details: error.details,
    })
  }
}

function describe(pending: readonly ChangelogSpan[]): string {
  return pending.map(({ store, position, end }) => `${store.name} (${end - position} changelog records)`).join(', ')
}
