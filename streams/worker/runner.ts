import { elapsed } from '../clock'
import { FencedError, MillraceError, messageOf } from '../errors'
import type { AppendedBatch, FetchedBatch, PartitionOffset } from '../log/port'
import { isRecoverable, type Task, type TaskCommit } from '../tasks/task'
import type { Committer } from './committer'
import { count } from './counters'
import { type OpenedTask, type OpenTaskOptions, openTask } from './open-task'
import { replaceAfterMs } from './uncaught'

/**
 * `committing`: it waits for the calls under way, and takes no input until what is to be committed has been collected.
 * `fenced`: another has taken it over; only the next generation of the group can say whose it is.
 */
export type RunnerState = 'opening' | 'running' | 'committing' | 'waiting' | 'fenced' | 'closed'

/** One assigned task over its life: opened, run, committed, and opened again after what can be mended. */
export interface Runner {
  readonly id: string
  readonly state: RunnerState
  /** The open task while it runs or commits. */
  readonly task: Task | undefined
  /** From where its inputs are to be read on, everything before having taken effect in the stores; undefined unless it is open. */
  readonly settled: readonly PartitionOffset[] | undefined
  /** Whether a step would find something to do; a commit under way may have to end before. */
  readonly runnable: boolean
  /** Something that it has put out is still on its way into the log. */
  readonly sending: boolean
  /** Set once when it is open: from where to read. */
  takePositions(): readonly PartitionOffset[] | undefined
  add(batch: FetchedBatch): Promise<void>
  /** Processes up to `max` records and runs due punctuations; whether it did anything. */
  step(max: number): boolean
  /**
   * Sends outputs ahead where there is nothing else to do, and commits where it is time.
   * @param idle the worker has waited for input in vain
   */
  commitIfDue(idle: boolean): void
  /** Commits now and resolves when it is done; quietly nothing where there is nothing. */
  commit(): Promise<void>
  /** Without a commit. */
  close(): Promise<void>
}

export interface RunnerOptions extends Omit<OpenTaskOptions, 'signal'> {
  /** What cannot be mended: whether the task is to be opened again all the same. */
  readonly onUncaught: (error: unknown, taskId: string) => boolean
  /** Another has taken the task over. */
  readonly onFenced: () => void
}

const REOPEN_AFTER_MS = 1_000
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024
/** While a commit is under way a task goes on by so much and then waits for it: a slow disk or log must not fill the memory. */
const MAX_AHEAD = { records: 10_000, outputBytes: MAX_OUTPUT_BYTES / 2 } as const

export function createRunner(context: RunnerOptions): Runner {
  const { options, counters, onWake } = context
  const { clock, logger, commitIntervalMs } = options
  const id = `${context.subTopology.id}_${context.partition}`
  const stopped = new AbortController()
  const caches = context.subTopology.stores.some(({ caching }) => caching)
  let state: RunnerState = 'opening'
  let opened: OpenedTask | undefined
  /** How often it has been opened again since its last commit after what nothing mends. */
  let replaced = 0
  let positions: readonly PartitionOffset[] | undefined
  let committed: readonly PartitionOffset[] = []
  let committing: Promise<void> | undefined
  /** What is to be committed has been collected, but not yet been handed to the log: nothing may overtake it. */
  let collected = false
  /** Records processed since the last commit was collected. */
  let ahead = 0
  /** Outputs on their way ahead of their commit. */
  let sending: Promise<void> | undefined
  /** The first commit waits for nothing: it shows soon whether all may be written, and others need not wait for the first outputs. */
  let lastCommit = Number.NEGATIVE_INFINITY
  let lastCommitTook = 0
  let failing: Promise<void> | undefined
  let opening: Promise<void> = open()

  async function open(): Promise<void> {
    try {
      const result = await openTask({ ...context, signal: stopped.signal })
      if (stopped.signal.aborted) return await discard(result)
      opened = result
      positions = result.positions
      committed = result.positions
      state = 'running'
      onWake()
    } catch (error) {
      await failed(error)
    }
  }
  function failed(error: unknown): Promise<void> {
    if (stopped.signal.aborted) return Promise.resolve()
    state = error instanceof FencedError ? 'fenced' : 'waiting'
    failing = mend(error)
    return failing
  }
  /** While it was processed or sent ahead: a commit under way is waited for, which may find something out itself. */
  async function failedMeanwhile(task: Task, error: unknown): Promise<void> {
    state = error instanceof FencedError ? 'fenced' : 'waiting'
    await committing
    if (opened?.task === task) await failed(error)
  }
  /** Closes what is open without a commit, and opens it again later where that can help. */
  async function mend(error: unknown): Promise<void> {
    const closing = opened
    opened = undefined
    if (closing !== undefined) await discard(closing)
    const mends = isRecoverable(error) || isCorrupt(error)
    if (!mends && !context.onUncaught(error, id)) return
    counters.taskRestarts.count += 1
    logger.warn({ task: id, err: error }, `task ${id}: ${messageOf(error)}; closed without a commit, opening again`)
    // To open it before the group has said whose it is might fence its rightful owner.
    if (error instanceof FencedError) return context.onFenced()
    await clock.sleep(mends ? REOPEN_AFTER_MS : replaceAfterMs(replaced), stopped.signal)
    if (!mends) replaced += 1
    if (stopped.signal.aborted) return
    state = 'opening'
    opening = isCorrupt(error) ? wipeAndOpen() : open()
  }
  /** What was found damaged while it was read, though it could be opened, is rebuilt from the changelog. */
  async function wipeAndOpen(): Promise<void> {
    try {
      await options.state.wipe(id)
    } catch (error) {
      return failed(error)
    }
    return open()
  }
  async function discard({ task, committer }: OpenedTask): Promise<void> {
    await task
      .close()
      .catch((error) =>
        logger.warn({ task: id, err: error }, `task ${id}: closing its stores failed: ${messageOf(error)}`),
      )
    await committer
      .close()
      .catch((error) =>
        logger.debug({ task: id, err: error }, `task ${id}: closing its producer failed: ${messageOf(error)}`),
      )
  }
  async function runCommit({ task, committer }: OpenedTask): Promise<void> {
    const began = elapsed(clock)
    try {
      await settleThroughOutages(task)
      const commit = task.collect()
      collected = true
      ahead = 0
      lastCommit = began
      // What is processed from here on belongs to the next commit, and is dropped with the task should this one fail.
      if (state === 'committing') state = 'running'
      await sending
      // Its offsets would go past outputs that could not be sent ahead, which are nowhere any more.
      if (opened?.task !== task || state !== 'running') return
      const handedOver = commitTask(task, committer, commit)
      collected = false
      await handedOver
      lastCommitTook = elapsed(clock) - began
      counters.commits.count += 1
      counters.commits.totalMs += lastCommitTook
    } catch (error) {
      if (opened?.task === task) await failed(error)
    } finally {
      collected = false
      committing = undefined
      onWake()
    }
  }
  /**
   * A place outside the log that does not answer holds the task up; nothing is dropped and nothing is repeated to the log.
   * It does not hold the group up: once that rebalances the task is closed without a commit.
   */
  async function settleThroughOutages(task: Task): Promise<void> {
    for (;;) {
      try {
        return await task.settle()
      } catch (error) {
        if (!isRecoverable(error) || stopped.signal.aborted || context.member.status !== 'joined') throw error
        logger.warn({ task: id, err: error }, `task ${id}: waiting: ${messageOf(error)}`)
        await clock.sleep(REOPEN_AFTER_MS, stopped.signal)
      }
    }
  }
  async function commitTask(task: Task, committer: Committer, commit: TaskCommit): Promise<void> {
    const appended = await committer.commit(commit)
    committed = withPositions(committed, commit.offsets)
    replaced = 0
    const changelogs = appended.filter(({ topic }) => commit.changelogs.some((changelog) => changelog.topic === topic))
    // Under exactly-once the producer is fenced, and commit markers lie between the batches.
    await task.committed(changelogs, options.guarantee === 'at_least_once')
    for (const batch of appended) published(batch)
  }
  function published({ topic, partition, baseOffset, nextOffset }: AppendedBatch): void {
    count(counters.published, topic, nextOffset - baseOffset)
    if (logger.isLevelEnabled?.('debug') !== true) return
    for (let offset = baseOffset; offset < nextOffset; offset += 1) {
      logger.debug({ task: id, topic, partition, offset }, `published ${topic}-${partition} offset ${offset}`)
    }
  }
  /** One send at a time: what comes meanwhile goes together with the next one, so that batches grow with the load. */
  function sendAhead({ task, committer }: OpenedTask): void {
    if (sending !== undefined || collected || committer.send === undefined) return
    const outputs = task.takeOutputs()
    if (outputs.length === 0) return
    const sent = committer.send(outputs).then(
      (appended) => appended.forEach(published),
      (error: unknown) => void failedMeanwhile(task, error),
    )
    sending = sent.then(() => {
      sending = undefined
      if (opened?.task === task && state === 'running' && !task.runnable) sendAhead(opened)
    })
  }
  function startCommit(): Promise<void> {
    if (committing !== undefined) return committing
    // What has failed meanwhile, midway through a record perhaps, is about to be closed without a commit.
    if (opened === undefined || state !== 'running' || !opened.task.dirty) return Promise.resolve()
    state = 'committing'
    committing = runCommit(opened)
    return committing
  }
  const isFarAhead = (task: Task) =>
    committing !== undefined && (ahead >= MAX_AHEAD.records || task.outputBytes >= MAX_AHEAD.outputBytes)
  const guarded = <T>(run: (task: Task) => T, otherwise: T): T => {
    if (opened === undefined || state !== 'running') return otherwise
    try {
      return run(opened.task)
    } catch (error) {
      void failedMeanwhile(opened.task, error)
      return otherwise
    }
  }

  return {
    id,
    get state() {
      return state
    },
    get task() {
      return opened?.task
    },
    get settled() {
      if (opened === undefined) return undefined
      const { held, positions: processed } = opened.task
      // What waits for a call, or in a cache, has taken effect for sure only at the next commit.
      return held > 0 || caches ? committed : withPositions(committed, processed)
    },
    get runnable() {
      return opened !== undefined && state === 'running' && opened.task.runnable && !isFarAhead(opened.task)
    },
    get sending() {
      return committing !== undefined || sending !== undefined
    },
    takePositions: () => {
      const taken = positions
      positions = undefined
      return taken
    },
    add: async (batch) => {
      const task = opened?.task
      // Just opened again: this batch was read from where the former task stood.
      if (task === undefined || positions !== undefined) return
      await prepareThroughOutages(task, batch)
      if (opened?.task === task) task.add(batch)
    },
    step: (max) =>
      guarded((task) => {
        const processed = isFarAhead(task) ? 0 : task.process(max)
        ahead += processed
        count(counters.processed, id, processed)
        return task.punctuateWallClock() || processed > 0
      }, false),
    commitIfDue: (idle) => {
      if (opened === undefined || state !== 'running') return
      const { task, committer } = opened
      if (!task.runnable) sendAhead(opened)
      if (committing !== undefined || !task.dirty) return
      const sinceLast = elapsed(clock) - lastCommit
      // A task without input commits at once, but spends no more than a third of its time in commits. Where its outputs go
      // ahead it can wait until nothing comes at all.
      const quiet = !task.runnable && task.held === 0 && (idle || committer.send === undefined)
      const early = quiet && sinceLast >= 3 * lastCommitTook
      if (early || sinceLast >= commitIntervalMs || task.commitRequested || task.outputBytes >= MAX_OUTPUT_BYTES)
        void startCommit()
    },
    commit: async () => {
      await committing
      await startCommit()
    },
    close: async () => {
      stopped.abort()
      state = 'closed'
      const closing = opened
      opened = undefined
      if (closing !== undefined) await discard(closing)
      await Promise.all([failing, opening, committing, sending])
    },
  }

  async function prepareThroughOutages(task: Task, batch: FetchedBatch): Promise<void> {
    for (;;) {
      try {
        return await task.prepare(batch)
      } catch (error) {
        if (!isRecoverable(error)) throw error
        if (stopped.signal.aborted) return
        if (context.member.status !== 'joined') return failedMeanwhile(task, error)
        logger.warn({ task: id, err: error }, `task ${id}: waiting: ${messageOf(error)}`)
        await clock.sleep(REOPEN_AFTER_MS, stopped.signal)
      }
    }
  }
}

function withPositions(
  before: readonly PartitionOffset[],
  after: readonly PartitionOffset[],
): readonly PartitionOffset[] {
  const isNew = (at: PartitionOffset) =>
    !after.some(({ topic, partition }) => topic === at.topic && partition === at.partition)
  return [...before.filter(isNew), ...after]
}

function isCorrupt(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'STATE_CORRUPT'
}
