import { FencedError, MillraceError, OutageError } from '../errors'
import type { AppendedBatch, FetchedBatch, OutgoingBatch, PartitionOffset, TopicPartition } from '../log/port'
import { buildChain, type Chain } from './chain'
import { failurePolicy, type SourceInHand } from './failures'
import { holds } from './holds'
import { openInputs } from './inputs'
import type { TaskOptions } from './options'
import { decodePartitionTime, encodePartitionTime } from './partition-time'
import { type Punctuations, punctuations } from './punctuations'
import type { InputRecord, SourceQueue } from './source-queue'
import { taskStores } from './task-stores'

/** What one commit of a task puts into the log. */
export interface TaskCommit {
  readonly outputs: readonly OutgoingBatch[]
  readonly changelogs: readonly OutgoingBatch[]
  readonly offsets: readonly PartitionOffset[]
}

export interface TaskStatistics {
  readonly processed: number
  readonly dropped: ReadonlyMap<string, number>
}

/**
 * One partition group of a sub-topology: records go in, are decoded, processed in the order of their timestamps, and
 * come out encoded. Everything is synchronous but the calls of `mapAsync` and batch sinks, which `settle` waits for.
 */
export interface Task {
  readonly id: string
  readonly inputs: readonly TopicPartition[]
  /** Resolves once the serdes are ready. */
  readonly ready: Promise<void> | undefined
  readonly stores: ReturnType<typeof taskStores>
  /** Takes over what a former owner has committed beside its offsets: how far the time of each input was. */
  resume(committed: readonly PartitionOffset[]): void
  prepare(batch: FetchedBatch): Promise<void> | undefined
  add(batch: FetchedBatch): void
  /** Processes up to `max` records; the number processed. Stops early when too many calls are under way. */
  process(max: number): number
  punctuateWallClock(): boolean
  /** ms of the next wall-clock punctuation. */
  nextPunctuation(): number | undefined
  buffered(partition: TopicPartition): number
  /** Whether something waits that `process` can take now. */
  readonly runnable: boolean
  /** Whether there is anything to commit. */
  readonly dirty: boolean
  readonly commitRequested: boolean
  /** Calls under way. */
  readonly held: number
  /** A batch sink holds records that `settle` hands over. */
  readonly waiting: boolean
  readonly outputBytes: number
  readonly lag: readonly (TopicPartition & { readonly lag: number })[]
  /** From where the inputs that have been read are to be read on, once what was processed is committed. */
  readonly positions: readonly PartitionOffset[]
  readonly statistics: TaskStatistics
  /** Forwards what was held back (caches). */
  flush(): void
  /** Waits until no call is under way, what was held back is out, and the batch sinks have taken theirs. */
  settle(): Promise<void>
  /** Outputs that may go into the log before their commit. */
  takeOutputs(): readonly OutgoingBatch[]
  /** After `settle`: what to put into the log. Processing may go on once it is taken; the next commit waits for this one. */
  collect(): TaskCommit
  /**
   * After the log has acknowledged: writes the stores with their changelog positions; undefined where that is done. `exclusive` where nothing but our own
   * batches can be in between, as without transactions. @throws FencedError CHANGELOG_FENCED
   */
  committed(changelogs: readonly AppendedBatch[], exclusive?: boolean): Promise<void> | undefined
  /** Throws what stopped the task meanwhile, if anything did. */
  check(): void
  /** Drops what is not committed. */
  close(): Promise<void>
}

export function createTask(options: TaskOptions): Task {
  const { taskId, output, clock } = options
  const streamTimePunctuations = punctuations()
  const wallClockPunctuations = punctuations()
  const dropped = new Map<string, number>()
  let inHand: InputRecord | undefined
  let streamTime = -1
  let processed = 0
  let touched = false
  let commitRequested = false
  let failed: unknown

  const fail = failurePolicy({
    policyOf: options.policyOf,
    output,
    partitionsOf: options.partitionsOf,
    now: clock.now,
    onFailure: options.onFailure,
  })
  const handing = <T>(source: InputRecord | undefined, run: () => T): T => {
    const before = inHand
    inHand = source
    try {
      return run()
    } finally {
      inHand = before
    }
  }
  const countDropped = (step: string, reason: string, source: SourceInHand | undefined) => {
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1)
    options.onDropped(step, reason, source)
  }
  const stores = taskStores(options, () => inHand?.timestamp ?? Math.max(streamTime, 0))
  const calls = holds<InputRecord | undefined>({
    resume: (source, then) => {
      touched = true
      handing(source, then)
    },
    failed: (error) => {
      failed ??= error
    },
    onChange: options.onWake,
  })

  const chain: Chain = buildChain({
    ...options,
    stores,
    fail: (failure) => fail(failure, inHand satisfies SourceInHand | undefined),
    inHand: () => inHand,
    streamTime: () => streamTime,
    remember: () => {
      const source = inHand
      return (run) => handing(source, run)
    },
    hold: () =>
      calls.hold(inHand, (error, attempts, step) => fail({ stage: 'processing', error, attempts, step }, inHand)),
    limitHeld: calls.limit,
    schedule: (intervalMs, type, punctuate) =>
      type === 'stream-time'
        ? streamTimePunctuations.schedule(0, intervalMs, punctuate)
        : wallClockPunctuations.schedule(clock.now() + intervalMs, intervalMs, punctuate),
    requestCommit: () => {
      commitRequested = true
    },
    dropped: (step, reason) => countDropped(step, reason, inHand),
  })
  const inputs = openInputs(options, chain, {
    onPoison: (error, raw, from) => {
      touched = true
      fail({ stage: 'deserialization', error, attempts: 1 }, { raw, from })
    },
    onDropped: (reason, raw, from) => {
      touched = true
      countDropped(from.topic, reason, { raw, from })
    },
  })
  const queues: readonly SourceQueue[] = inputs.queues
  /** By topic: a task reads one partition of each. */
  const queueOf = new Map(queues.map((queue) => [queue.topic, queue]))

  const punctuate = (due: Punctuations, now: number): boolean => {
    if (due.next() === undefined) return false
    const ran = handing(undefined, () => due.run(now))
    if (ran) touched = true
    return ran
  }
  /** The queue whose head is the oldest; on equal timestamps the first declared (DESIGN invariant 4). */
  const oldest = (): SourceQueue | undefined => {
    let best: SourceQueue | undefined
    let bestTimestamp = Number.POSITIVE_INFINITY
    if (queues.length === 1) return queues[0]!.head() === undefined ? undefined : queues[0]
    for (const queue of queues) {
      const head = queue.head()
      if (head === undefined || head.timestamp >= bestTimestamp) continue
      best = queue
      bestTimestamp = head.timestamp
    }
    return best
  }
  const processOne = (queue: SourceQueue): void => {
    const record = queue.head()!
    const { key, value, timestamp, raw } = record
    if (timestamp > streamTime) streamTime = timestamp
    touched = true
    processed += 1
    stores.lastPut.slot = undefined
    inHand = record
    try {
      inputs.enter(queue, { key, value, timestamp, headers: raw.headers })
    } finally {
      inHand = undefined
    }
    queue.take()
    punctuate(streamTimePunctuations, streamTime)
  }
  const check = () => {
    if (failed !== undefined) throw failed
  }

  return {
    id: taskId,
    inputs: queues.map(({ topic, partition: from }) => ({ topic, partition: from })),
    ready: inputs.ready([chain.ready, stores.ready]),
    stores,
    resume: (committed) => {
      for (const { topic, metadata = '' } of committed) {
        queueOf.get(topic)?.resumeAt(decodePartitionTime(metadata))
      }
    },
    prepare: (batch) => queueOf.get(batch.topic)?.prepare(batch),
    add: (batch) => {
      queueOf.get(batch.topic)?.add(batch)
    },
    process: (max) => {
      check()
      let count = 0
      while (count < max && !calls.full) {
        const queue = oldest()
        if (queue === undefined) break
        processOne(queue)
        count += 1
      }
      return count
    },
    punctuateWallClock: () => punctuate(wallClockPunctuations, clock.now()),
    nextPunctuation: wallClockPunctuations.next,
    buffered: ({ topic }) => queueOf.get(topic)?.size ?? 0,
    get runnable() {
      return !calls.full && queues.some((queue) => queue.size > 0)
    },
    get dirty() {
      return touched
    },
    get commitRequested() {
      return commitRequested
    },
    get held() {
      return calls.count
    },
    get waiting() {
      return chain.waiting()
    },
    get outputBytes() {
      return output.byteLength
    },
    get lag() {
      return queues.map(({ topic, partition: from, nextOffset, endOffset }) => ({
        topic,
        partition: from,
        lag: Math.max(0, (endOffset ?? 0) - (nextOffset ?? 0)),
      }))
    },
    get positions() {
      return committable(queues)
    },
    get statistics() {
      return { processed, dropped }
    },
    flush: () => handing(undefined, chain.flush),
    settle: async () => {
      await calls.settled()
      check()
      handing(undefined, chain.flush)
      await calls.settled()
      check()
      await chain.beforeCommit()
      // The keys of what was sealed must outlive it.
      await options.personalKeys?.flush()
    },
    takeOutputs: output.drain,
    collect: () => {
      const changelogs = stores.drain()
      const commit = { outputs: output.drain(), changelogs, offsets: committable(queues) }
      touched = false
      commitRequested = false
      return commit
    },
    committed: (changelogs, exclusive = false) => stores.persist(changelogs, exclusive),
    check,
    close: async () => {
      chain.close()
      await stores.close()
    },
  }

  function committable(all: readonly SourceQueue[]): readonly PartitionOffset[] {
    const offsets: PartitionOffset[] = []
    for (const { topic, partition, nextOffset, partitionTime } of all) {
      if (nextOffset === undefined) continue
      const at = { topic, partition, offset: nextOffset }
      offsets.push(partitionTime === undefined ? at : { ...at, metadata: encodePartitionTime(partitionTime) })
    }
    return offsets
  }
}

/** Whether reopening the task can mend this: anything but what the operator has to see. */
export function isRecoverable(error: unknown): boolean {
  return (
    error instanceof OutageError ||
    error instanceof FencedError ||
    (error instanceof MillraceError && (error.code === 'TRANSACTION_INDEFINITE' || error.code === 'CLOSED'))
  )
}
