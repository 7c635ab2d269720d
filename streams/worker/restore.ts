import type { Clock } from '../clock'
import { MillraceError } from '../errors'
import type { Log, LogReader, TopicPartition } from '../log/port'
import type { Logger } from '../logger'
import type { ManagedStore } from '../stores/managed'
import type { Task } from '../tasks/task'
import { changelogSpans } from './changelog-spans'

export interface RestoreOptions {
  readonly log: Log
  readonly task: Task
  readonly partition: number
  readonly clock: Clock
  readonly logger: Logger
  /** Restoring stops when it aborts. */
  readonly signal: AbortSignal
  readonly onProgress?: (progress: RestoreProgress) => void
}

export interface RestoreProgress {
  readonly taskId: string
  readonly store: string
  readonly restored: number
  readonly remaining: number
}

interface Pending {
  readonly store: ManagedStore
  readonly from: TopicPartition
  readonly start: number
  readonly end: number
  position: number
}

const READ_BYTES = 4 * 1024 * 1024
const PROGRESS_EVERY_MS = 2_000

/**
 * Brings every store of a task up to the end of its changelog, from where the store itself says it stands. Processing
 * begins afterwards: a task that processed on half a state would lose the other half.
 * @throws MillraceError STATE_CORRUPT when a store is ahead of its changelog or behind its beginning (the caller wipes and restores)
 */
export async function restoreTask(options: RestoreOptions): Promise<void> {
  const pending = await findPending(options)
  if (pending.length === 0) return
  const reader = await options.log.reader({ isolation: 'read_committed', maxBytesPerPartition: READ_BYTES })
  try {
    await restoreAll(reader, pending, options)
  } finally {
    await reader.close()
  }
}

async function findPending({ log, task, partition }: RestoreOptions): Promise<readonly Pending[]> {
  const spans = await changelogSpans({ log, taskId: task.id, stores: task.stores, partition })
  return spans.filter(({ position, end }) => position < end).map((span) => ({ ...span, start: span.position }))
}

async function restoreAll(reader: LogReader, pending: readonly Pending[], options: RestoreOptions): Promise<void> {
  const { clock, logger, signal, task } = options
  const began = clock.now()
  let reported = began
  logger.info(
    { task: task.id, stores: pending.map(({ store }) => store.name) },
    `task ${task.id}: restoring ${describe(pending)}`,
  )
  reader.assign(pending.map(({ from, position }) => ({ ...from, offset: position })))
  while (pending.some(({ position, end }) => position < end)) {
    if (signal.aborted) throw new MillraceError('CLOSED', `restoring task ${task.id} was stopped`)
    for (const batch of await reader.poll(500)) {
      const target = pending.find(({ from }) => from.topic === batch.topic)!
      await target.store.restore(batch.records, batch.nextOffset)
      target.position = batch.nextOffset
      options.onProgress?.({
        taskId: task.id,
        store: target.store.name,
        restored: target.position - target.start,
        remaining: Math.max(0, target.end - target.position),
      })
    }
    if (clock.now() - reported < PROGRESS_EVERY_MS) continue
    reported = clock.now()
    logger.info({ task: task.id }, `task ${task.id}: ${progress(pending, reported - began)}`)
  }
  logger.info({ task: task.id, ms: clock.now() - began }, `task ${task.id}: restored in ${clock.now() - began} ms`)
}

function describe(pending: readonly Pending[]): string {
  return pending.map(({ store, position, end }) => `${store.name} (${end - position} changelog records)`).join(', ')
}

function progress(pending: readonly Pending[], elapsedMs: number): string {
  const total = pending.reduce((sum, { start, end }) => sum + end - start, 0)
  const done = pending.reduce((sum, { start, position }) => sum + position - start, 0)
  const rate = (done / Math.max(1, elapsedMs)) * 1000
  const left = rate === 0 ? '?' : Math.ceil((total - done) / rate)
  return `restored ${done} of ${total} records (${Math.floor((done / total) * 100)} %), ${Math.round(rate)}/s, ${left} s left`
}
