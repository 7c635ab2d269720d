import { systemClock } from '../clock'
import { MillraceError, messageOf, OutageError } from '../errors'
import { failFast } from '../graph/policy'
import type { OffsetReset } from '../graph/specs/source'
import type { SubTopology } from '../graph/subtopologies'
import type { Topology } from '../graph/topology'
import type { GroupMember, Joined, LogProducer, LogReader, TopicPartition } from '../log/port'
import { silentLogger } from '../logger'
import { memoryStateDirectory } from '../stores'
import { type AssignableTask, assignedTasks, assignTasks, encodeMemberInfo } from './assignor'
import { type Counters, counters as newCounters } from './counters'
import { checkFingerprint } from './fingerprint'
import { GLOBAL_TASK, type GlobalTables, globalTables } from './global-tables'
import type { ResolvedOptions, WorkerOptions, WorkerState } from './options'
import { type Reading, reading } from './reading'
import { createRunner, type Runner } from './runner'
import { type PreparedTopics, prepareTopics } from './topics'

/** A running application of one topology in this process: a member of its consumer group. */
export interface Worker {
  readonly applicationId: string
  readonly state: WorkerState
  /** Resolves when the topics are ready and the worker has begun to join. @throws MillraceError */
  start(): Promise<void>
  /** Commits, leaves the group, closes everything; at the latest after `timeoutMs` (default 5,000) without the rest. */
  close(timeoutMs?: number): Promise<void>
  onState(listener: (state: WorkerState, previous: WorkerState) => void): void
  /** Resolves when the worker has ended, rejects with what stopped it. */
  readonly done: Promise<void>
  /** All its tasks are open and processing. */
  readonly ready: boolean
  readonly tasks: readonly Runner[]
  readonly counters: Counters
  /** The worker's clock, ms. */
  now(): number
  /** The store of that name in each local task that has it; a global table's is one for all. */
  localStores(name: string): readonly unknown[]
}

/** Records a task may take before the others get their turn. */
const STEP_RECORDS = 500
const IDLE_WAIT_MS = 200
const OUTAGE_WAIT_MS = 1_000

/**
 * Runs a topology. Nothing happens before `start`.
 * @example
 * const worker = createWorker({ topology: orders, log, state: levelStateDirectory('./data/state', 'orders') })
 * await worker.start()
 */
export function createWorker(given: WorkerOptions): Worker {
  const options = resolve(given)
  const { topology, log, applicationId, logger, clock } = options
  const counters = newCounters()
  const listeners: ((state: WorkerState, previous: WorkerState) => void)[] = []
  const stopping = new AbortController()
  const runners = new Map<string, Runner>()
  let state: WorkerState = 'CREATED'
  let fatal: { readonly error: unknown } | undefined
  let topics!: PreparedTopics
  let member!: GroupMember
  let reader!: LogReader
  let inputs!: Reading
  let shared!: LogProducer
  let globals!: GlobalTables
  let joined: Joined | undefined
  let loop: Promise<void> = Promise.resolve()
  let settleDone!: { readonly resolve: () => void; readonly reject: (error: unknown) => void }
  const done = new Promise<void>((resolve, reject) => {
    settleDone = { resolve, reject }
  })
  done.catch(() => undefined)

  const setState = (next: WorkerState) => {
    if (state === next) return
    const previous = state
    state = next
    logger.info({ applicationId, from: previous, to: next }, `${applicationId}: ${previous} -> ${next}`)
    for (const listener of listeners) listener(next, previous)
  }
  const wake = () => reader?.wakeup()
  const allTasks = (): readonly AssignableTask[] =>
    topology.subTopologies.flatMap((sub) =>
      Array.from({ length: topics.plan.tasksOf.get(sub.id)! }, (_, partition) =>
        assignable(sub, partition, applicationId, topics),
      ),
    )

  async function start(): Promise<void> {
    topics = await prepareTopics(topology, applicationId, log.admin)
    const { partitionsOf } = topics
    const accept = options.acceptTopologyChanges
    await checkFingerprint({ topology, applicationId, partitionsOf, state: options.state, log, accept, logger })
    const warm = (await options.state.tasks()).filter((task) => task !== GLOBAL_TASK)
    globals = globalTables({ options, topics, counters, onFatal: stopFor })
    shared = await log.producer({ clientId: applicationId })
    reader = await log.reader({ isolation: 'read_committed' })
    inputs = reading({ reader, applicationId, logger, offsetReset: offsetResetOf(topology) })
    member = log.member({
      groupId: applicationId,
      clientId: applicationId,
      topics: [...new Set(allTasks().flatMap(({ inputs }) => inputs.map(({ topic }) => topic)))],
      sessionTimeoutMs: options.sessionTimeoutMs,
      rebalanceTimeoutMs: 60_000,
      heartbeatIntervalMs: Math.min(3_000, Math.floor(options.sessionTimeoutMs / 3)),
      userData: () => encodeMemberInfo({ owned: [...runners.keys()], warm }),
      assign: (members) => assignTasks(allTasks(), members),
    })
    member.onStatus(wake)
    setState('REBALANCING')
    loop = run()
  }

  async function run(): Promise<void> {
    try {
      await openGlobals()
      while (!stopping.signal.aborted && fatal === undefined) {
        if (member.status !== 'joined') await rebalance()
        else await turn()
      }
      await shutDown()
    } catch (error) {
      fatal ??= { error }
      await shutDown()
    }
    end()
  }
  /** Before the group is joined: a task that looked rows up too early would make other results. */
  async function openGlobals(): Promise<void> {
    try {
      await globals.open()
    } catch (error) {
      if (!stopping.signal.aborted) throw error
    }
  }
  function stopFor(error: unknown): void {
    fatal ??= { error }
    setState('PENDING_ERROR')
    wake()
  }
  function end(): void {
    if (fatal === undefined) {
      setState('NOT_RUNNING')
      settleDone.resolve()
      return
    }
    logger.error({ applicationId, err: fatal.error }, `${applicationId} stopped: ${messageOf(fatal.error)}`)
    setState('ERROR')
    settleDone.reject(fatal.error)
  }

  /** One turn: read, process, commit what is due. */
  async function turn(): Promise<void> {
    for (const runner of runners.values()) inputs.begin(runner.takePositions() ?? [])
    const busy = [...runners.values()].some((runner) => runner.state === 'running' && runner.task?.runnable)
    for (const batch of await poll(busy ? 0 : waitMs())) await ownerOf(batch)?.add(batch)
    for (const runner of runners.values()) {
      runner.step(STEP_RECORDS)
      runner.commitIfDue()
    }
    inputs.balance((partition) => ownerOf(partition)?.task?.buffered(partition))
    if (state === 'REBALANCING' && allRunning()) setState('RUNNING')
    // Timers and sockets get their turn even where polls resolve at once.
    await new Promise((resolve) => setImmediate(resolve))
  }
  async function poll(maxWaitMs: number) {
    try {
      return await inputs.poll(maxWaitMs)
    } catch (error) {
      if (!(error instanceof OutageError)) throw error
      logger.warn(
        { applicationId, err: error },
        `${applicationId}: the log does not answer: ${messageOf(error)}; waiting`,
      )
      await clock.sleep(OUTAGE_WAIT_MS, stopping.signal)
      return []
    }
  }
  function waitMs(): number {
    const now = clock.now()
    const due = [...runners.values()].flatMap((runner) => runner.task?.nextPunctuation() ?? [])
    const dirty = [...runners.values()].some((runner) => runner.task?.dirty)
    const soonest = Math.min(IDLE_WAIT_MS, ...due.map((at) => Math.max(0, at - now)))
    return dirty ? Math.min(soonest, 10) : soonest
  }
  function ownerOf({ topic, partition }: TopicPartition): Runner | undefined {
    const sub = topology.subTopologies.find((own) => inputTopics(own, applicationId).includes(topic))
    return sub === undefined ? undefined : runners.get(`${sub.id}_${partition}`)
  }
  const allRunning = () =>
    [...runners.values()].every((runner) => runner.state === 'running' || runner.state === 'committing')

  /** Commits, joins again and takes up the new assignment; tasks that stay are not closed. */
  async function rebalance(): Promise<void> {
    setState('REBALANCING')
    if (member.status === 'lost') await closeRunners([...runners.keys()])
    else await Promise.all([...runners.values()].map((runner) => runner.commit()))
    // During the commits too the group may have gone on: then all of it is to be closed first, whoever owned it meanwhile.
    if (member.status === 'lost' && runners.size > 0) return
    try {
      joined = await joinUnlessStopped()
    } catch (error) {
      if (stopping.signal.aborted) return
      if (!(error instanceof OutageError)) throw error
      logger.warn(
        { applicationId, err: error },
        `${applicationId}: cannot join the group: ${messageOf(error)}; waiting`,
      )
      await clock.sleep(OUTAGE_WAIT_MS, stopping.signal)
      return
    }
    const assigned = new Set(assignedTasks(joined.assignment))
    await closeRunners(
      [...runners].flatMap(([id, runner]) => (assigned.has(id) && runner.state !== 'fenced' ? [] : [id])),
    )
    for (const id of assigned) if (!runners.has(id)) runners.set(id, openRunner(id))
    logger.info(
      { applicationId, tasks: [...assigned], generation: joined.group.generation },
      `${applicationId}: assigned ${[...assigned].join(', ') || 'no tasks'}`,
    )
  }
  /** The group holds a join back until all its members are there; who is to end need not wait for that. */
  async function joinUnlessStopped(): Promise<Joined> {
    const leave = () => void member.leave()
    stopping.signal.throwIfAborted()
    stopping.signal.addEventListener('abort', leave, { once: true })
    try {
      return await member.join()
    } finally {
      stopping.signal.removeEventListener('abort', leave)
    }
  }
  function openRunner(id: string): Runner {
    const [sub, partition] = id.split('_').map(Number) as [number, number]
    return createRunner({
      options,
      topics,
      counters,
      globals: globals.views,
      member,
      group: () => joined!.group,
      shared,
      subTopology: topology.subTopologies[sub]!,
      partition,
      onWake: wake,
      onFatal: stopFor,
      onFenced: () => member.requestRejoin(),
    })
  }
  async function closeRunners(ids: readonly string[]): Promise<void> {
    const closing = ids.map((id) => runners.get(id)!)
    for (const id of ids) runners.delete(id)
    inputs.keep((partition) => ownerOf(partition) !== undefined)
    await Promise.all(closing.map((runner) => runner.close()))
  }

  async function shutDown(): Promise<void> {
    if (fatal === undefined) await Promise.all([...runners.values()].map((runner) => runner.commit()))
    await closeRunners([...runners.keys()])
    await Promise.allSettled([reader.close(), member.leave(), shared.close(), globals.close()])
  }

  return {
    applicationId,
    get state() {
      return state
    },
    start: async () => {
      if (state !== 'CREATED')
        throw new MillraceError('CLOSED', `${applicationId} has been started before; create a new worker`)
      await start()
    },
    close: async (timeoutMs = 5_000) => {
      if (state === 'CREATED') {
        setState('NOT_RUNNING')
        return settleDone.resolve()
      }
      if (state !== 'ERROR' && state !== 'NOT_RUNNING') setState('PENDING_SHUTDOWN')
      stopping.abort()
      globals?.stop()
      wake()
      const timer = new AbortController()
      const timedOut = clock.sleep(timeoutMs, timer.signal)
      await Promise.race([loop, timedOut])
      timer.abort()
    },
    onState: (listener) => {
      listeners.push(listener)
    },
    done,
    get ready() {
      return state === 'RUNNING'
    },
    get tasks() {
      return [...runners.values()]
    },
    counters,
    now: clock.now,
    localStores: (name) => [
      ...(globals?.views.has(name) ? [globals.views.get(name)] : []),
      ...[...runners.values()].flatMap(({ task }) => (task?.stores.all.has(name) ? [task.stores.view(name)] : [])),
    ],
  }
}

function resolve(options: WorkerOptions): ResolvedOptions {
  const applicationId = options.applicationId ?? options.topology.name
  return {
    guarantee: 'at_least_once',
    commitIntervalMs: 100,
    onError: failFast,
    sessionTimeoutMs: 45_000,
    transactionTimeoutMs: 10_000,
    acceptTopologyChanges: false,
    ...options,
    applicationId,
    state: options.state ?? memoryStateDirectory(),
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
  }
}

function offsetResetOf(topology: Topology): (topic: string) => OffsetReset {
  const sources = new Map(
    topology.subTopologies.flatMap(({ sources: own }) => own.map(({ topic, spec }) => [topic.name, spec.offsetReset])),
  )
  return (topic) => sources.get(topic) ?? 'earliest'
}

function inputTopics(sub: SubTopology, applicationId: string): readonly string[] {
  return [
    ...sub.sources.map(({ topic }) => topic.name),
    ...sub.repartitionSources.map(({ spec }) => `${applicationId}-${spec.repartition}-repartition`),
  ]
}

/** The inputs of a task: its partition of every topic that has one of that number. */
function assignable(
  sub: SubTopology,
  partition: number,
  applicationId: string,
  topics: PreparedTopics,
): AssignableTask {
  const inputs = inputTopics(sub, applicationId)
    .filter((topic) => partition < topics.partitionsOf(topic))
    .map((topic) => ({ topic, partition }))
  return { id: `${sub.id}_${partition}`, inputs }
}
