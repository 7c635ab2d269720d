import { MillraceError, messageOf } from '../errors'
import type { SubTopology } from '../graph/subtopologies'
import type { GroupMember, GroupMetadata, LogProducer, PartitionOffset } from '../log/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import type { StoreBackend } from '../stores/backend'
import { batchedOutput } from '../tasks/output'
import { createTask, type Task } from '../tasks/task'
import { atLeastOnce, type Committer, exactlyOnce } from './committer'
import { type Counters, count } from './counters'
import { openBackends } from './open-backends'
import type { ResolvedOptions } from './options'
import { restoreTask } from './restore'
import { inputsOf } from './runners'
import type { PreparedTopics } from './topics'

export interface OpenTaskOptions {
  readonly options: ResolvedOptions
  readonly topics: PreparedTopics
  readonly counters: Counters
  /** The rows of the global tables, by the name of their store. */
  readonly globals: ReadonlyMap<string, unknown>
  readonly member: GroupMember
  readonly group: () => GroupMetadata
  readonly shared: LogProducer
  readonly subTopology: SubTopology
  readonly partition: number
  readonly signal: AbortSignal
  readonly onWake: () => void
}

export interface OpenedTask {
  readonly task: Task
  readonly committer: Committer
  /** Where its inputs are to be read from. */
  readonly positions: readonly PartitionOffset[]
}

/**
 * Opens a task in the order that exactly-once needs: the producer first (it fences the former owner and settles its last
 * transaction), then the committed offsets, and beside them the stores and their restore; only then may it process.
 */
export async function openTask(context: OpenTaskOptions): Promise<OpenedTask> {
  const taskId = `${context.subTopology.id}_${context.partition}`
  const committer = await openCommitter(context, taskId)
  try {
    const starting = startingPositions(context)
    starting.catch(() => undefined) // heard of below, once the task is there to be closed
    const task = await openRestored(context, taskId)
    try {
      const { committed, positions } = await starting
      task.resume(committed)
      return { task, committer, positions }
    } catch (error) {
      await task.close()
      throw error
    }
  } catch (error) {
    await committer.close()
    throw error
  }
}

function openCommitter({ options, member, group, shared }: OpenTaskOptions, taskId: string): Promise<Committer> {
  const { log, applicationId, transactionTimeoutMs, personalKeys } = options
  if (options.guarantee === 'at_least_once') {
    return Promise.resolve(afterKeys(atLeastOnce({ member, shared }), personalKeys))
  }
  const committer = exactlyOnce({ log, group, applicationId, taskId, transactionTimeoutMs })
  return committer.then((opened) => afterKeys(opened, personalKeys))
}

/** The keys of what was sealed are kept before it is written: a crash in between loses no key that is needed. */
function afterKeys(committer: Committer, keys: PersonalKeys | undefined): Committer {
  if (keys === undefined) return committer
  const { commit, send } = committer
  const first = async <T>(work: () => Promise<T>): Promise<T> => {
    await keys.flush()
    return work()
  }
  return {
    ...committer,
    commit: (taskCommit) => first(() => commit(taskCommit)),
    ...(send && { send: (outputs) => first(() => send(outputs)) }),
  }
}

/** A store that does not fit its changelog or is corrupt is wiped once and rebuilt from the changelog. */
async function openRestored(context: OpenTaskOptions, taskId: string): Promise<Task> {
  try {
    return await openAndRestore(context, taskId)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'STATE_CORRUPT') throw error
    context.options.logger.warn(
      { task: taskId, err: error },
      `task ${taskId}: ${messageOf(error)}; rebuilding it from the changelog`,
    )
    await context.options.state.wipe(taskId)
    return openAndRestore(context, taskId)
  }
}

async function openAndRestore(context: OpenTaskOptions, taskId: string): Promise<Task> {
  const { options, subTopology, signal } = context
  const backends = await openBackends({ options, subTopology, taskId, signal })
  const task = newTask(context, taskId, backends)
  try {
    await task.ready
    await restore(context, task)
    return task
  } catch (error) {
    await task.close()
    throw error
  }
}

/** What all restores together may keep of the changelogs, where every task of the topology is restored here at once. */
const RESTORE_BYTES = 128 * 1024 * 1024
/** The more of a changelog is gone through before its store is written, the fewer records of a key are written. */
const BUFFER_BYTES = { least: 256 * 1024, most: 8 * 1024 * 1024 } as const
/** Larger reads take no less time, but hold up for longer whatever else the worker has to do: its heartbeats, its joins. */
const MAX_READ_BYTES = 1024 * 1024

async function restore({ options, topics, counters, partition, signal }: OpenTaskOptions, task: Task): Promise<void> {
  const { log, clock, logger } = options
  const changelogs = topics.plan.changelogs.reduce((sum, { partitions }) => sum + partitions, 0)
  const share = Math.floor(RESTORE_BYTES / Math.max(1, changelogs))
  const bufferBytes = Math.min(BUFFER_BYTES.most, Math.max(BUFFER_BYTES.least, share))
  let counted = 0
  try {
    await restoreTask({
      log,
      task,
      partition,
      clock,
      logger,
      signal,
      bufferBytes,
      readBytes: Math.min(MAX_READ_BYTES, bufferBytes),
      onProgress: (progress) => {
        counters.restoring.set(task.id, progress)
        count(counters.restored, task.id, progress.restored - counted)
        counted = progress.restored
      },
    })
  } finally {
    counters.restoring.delete(task.id)
  }
}

function newTask(context: OpenTaskOptions, taskId: string, backends: ReadonlyMap<string, StoreBackend>): Task {
  const { options, topics, counters, globals, subTopology, partition, onWake } = context
  const { applicationId, clock, registry, personalKeys, cacheBytes, logger, onError } = options
  const policies = new Map(subTopology.sources.map(({ topic, spec }) => [topic.name, { ...onError, ...spec.onError }]))
  return createTask({
    applicationId,
    taskId,
    subTopology,
    partition,
    backends,
    globals,
    output: batchedOutput(),
    clock,
    registry,
    personalKeys,
    cacheBytes,
    policyOf: (topic) => policies.get(topic) ?? onError,
    partitionsOf: topics.partitionsOf,
    onFailure: ({ stage, error, attempts, step }, source, action) => {
      count(counters.failures, action)
      if (action === 'dead-letter' && source !== undefined) count(counters.deadLettered, source.from.topic)
      logger.warn(
        { task: taskId, stage, step, attempts, action, ...source?.from, offset: source?.raw.offset, err: error },
        `${stage} failed${source === undefined ? '' : ` at ${source.from.topic}-${source.from.partition} offset ${source.raw.offset}`}: ${messageOf(error)} (${action})`,
      )
    },
    onDropped: (step, reason, source) => {
      count(counters.dropped, reason)
      logger.debug({ task: taskId, step, ...source?.from, offset: source?.raw.offset }, `record dropped: ${reason}`)
    },
    onRetry: (step, error) => {
      counters.retries.count += 1
      logger.warn({ task: taskId, step, err: error }, `${step}: ${messageOf(error)}; trying again`)
    },
    onWake,
  })
}

interface StartingPositions {
  readonly committed: readonly PartitionOffset[]
  /** Of every input. */
  readonly positions: readonly PartitionOffset[]
}

async function startingPositions(context: OpenTaskOptions): Promise<StartingPositions> {
  const { options, topics, subTopology, partition } = context
  const { admin } = options.log
  const inputs = inputsOf(subTopology, partition, options.applicationId, topics)
  const committed = await admin.committedOffsets(options.applicationId, inputs)
  const missing = inputs.filter(
    ({ topic, partition }) => !committed.some((offset) => offset.topic === topic && offset.partition === partition),
  )
  const resetOf = (topic: string) =>
    subTopology.sources.find((source) => source.topic.name === topic)?.spec.offsetReset ?? 'earliest'
  const none = missing.find(({ topic }) => resetOf(topic) === 'none')
  if (none !== undefined) {
    throw new MillraceError(
      'OFFSET_OUT_OF_RANGE',
      `group ${options.applicationId} has no committed offset for ${none.topic}-${none.partition}, and its source says offsetReset: 'none'`,
      { details: { ...none } },
    )
  }
  const earliest = missing.filter(({ topic }) => resetOf(topic) === 'earliest')
  const latest = missing.filter(({ topic }) => resetOf(topic) === 'latest')
  const reset = await Promise.all([admin.offsets(earliest, 'earliest'), admin.offsets(latest, 'latest')])
  return { committed, positions: [...committed, ...reset.flat()] }
}
