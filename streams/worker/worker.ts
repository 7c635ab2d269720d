import { once } from 'node:events'
import { elapsed } from '../clock'
import { MillraceError, messageOf } from '../errors'
import type { TopicPartition } from '../log/port'
import { type Counters, counters as newCounters } from './counters'
import { type Health, healthOf } from './health'
import { createLifecycle, type StateListener } from './lifecycle'
import type { MemberMetadata } from './member-info'
import { resolveOptions, type WorkerOptions, type WorkerState } from './options'
import { abandonParts, closeParts, inTime, openParts, type Parts, type PartsOptions } from './parts'
import type { ReadOptions, StoreQuery } from './queries/query'
import type { KeyLocation, Routed } from './queries/router'
import type { WorkerControl } from './queries/server'
import type { QueriesOf, StoreHandle } from './queries/stores'
import { createWorkerQueries } from './queries/worker-queries'
import type { RestoreProgress } from './restore-progress'
import type { Runner } from './runner'
import { createRunners } from './runners'
import type { Standby } from './standby'
import { replaceAfterMs, uncaughtErrors } from './uncaught'

/** A running application of one topology in this process: a member of its consumer group. */
export interface Worker {
  readonly applicationId: string
  readonly state: WorkerState
  /** Resolves when the topics are ready and the worker has begun to join. @throws MillraceError */
  start(): Promise<void>
  /** Commits, leaves the group, closes everything; at the latest after `timeoutMs` (default 5,000) without the rest. */
  close(timeoutMs?: number): Promise<void>
  onState(listener: StateListener): void
  /** Resolves when the worker has ended, rejects with what stopped it. */
  readonly done: Promise<void>
  /** All its tasks are open and processing. */
  readonly ready: boolean
  readonly tasks: readonly Runner[]
  /** Its standbys that can be read: copies of the stores of tasks that run elsewhere, some records behind. */
  readonly standbys: readonly Standby[]
  /** Its id in the group; undefined before it has joined. Of `metadata()` that is its own entry. */
  readonly memberId: string | undefined
  /**
   * All members of the application as of the last rebalance, with their endpoints, racks and tasks; none before this one has
   * joined (KafkaStreams#metadataForAllStreamsClients).
   */
  metadata(): readonly MemberMetadata[]
  /** The restores under way; none once all its tasks process. */
  readonly restoring: readonly RestoreProgress[]
  /** Records that its global tables have not yet read, by partition; nothing before they have been to its end once. */
  readonly globalLag: readonly (TopicPartition & { readonly lag: number })[]
  readonly counters: Counters
  /** The worker's clock, ms. */
  now(): number
  /** The store of that name in each task that it processes and that has it; a global table's is one for all. */
  localStores(name: string): readonly unknown[]
  /**
   * A store to be queried, typed by its declaration. Answers come from the member that has the partition, wherever that is.
   * Its methods throw OutageError STORE_UNAVAILABLE (a rebalance or restore took longer than `timeoutMs`; ask again later),
   * MillraceError POSITION_NOT_REACHED, STORE_UNKNOWN; TerminalError QUERY_INVALID. Cf. KafkaStreams#store and #query (KIP-796).
   * @example
   * const { value } = await worker.store(balances).get('ann')
   */
  store<D extends StoreHandle>(declaration: D): QueriesOf<D>
  /** The same for a store known by its name, with question and answer as data. Throws as `store`. */
  query(store: string, query: StoreQuery, options?: ReadOptions): Promise<Routed>
  /** Who has a key (KafkaStreams#queryMetadataForKey). @throws MillraceError STORE_UNKNOWN; TerminalError QUERY_INVALID */
  locate(store: string | StoreHandle, key: unknown): Promise<KeyLocation>
  /**
   * This instance processes nothing until `resume`; it stays in its group, keeps its tasks, commits what it has processed
   * and answers queries (KIP-834). May be called before `start`.
   */
  pause(): void
  resume(): void
  readonly isPaused: boolean
  /** For the probes of whatever runs the process. */
  health(): Health
}

/**
 * Runs a topology. Nothing happens before `start`.
 * @example
 * const worker = createWorker({ topology: orders, log, state: levelStateDirectory('./data/state', 'orders') })
 * await worker.start()
 */
export function createWorker(given: WorkerOptions): Worker {
  return createHeldWorker(given, async () => undefined)
}

/** One that joins its group once it is ready to, and `mayJoin` has resolved, which is called then. */
export function createHeldWorker(given: WorkerOptions, mayJoin: () => Promise<void>): Worker {
  const options = resolveOptions(given)
  const { topology, applicationId, clock } = options
  const counters = newCounters()
  const lifecycle = createLifecycle(options)
  const runners = createRunners(topology, applicationId)
  const queries = createWorkerQueries({ options, lifecycle, runners, parts: () => parts, counts: counters.queries })
  let parts: Parts | undefined
  let paused = false
  let endpoint: string | undefined
  let starting: Promise<void> | undefined
  let ended: Promise<void> = Promise.resolve()

  const wake = () => parts?.reader.wakeup()
  const uncaught = uncaughtErrors({ options, lifecycle, membership: () => parts?.membership, onWake: wake })
  const control: WorkerControl = {
    get isPaused() {
      return paused
    },
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    health: () => healthOf({ applicationId, lifecycle, runners, paused }),
  }
  const own: PartsOptions = {
    options,
    counters,
    lifecycle,
    runners,
    endpoint: () => endpoint,
    paused: () => paused,
    onWake: wake,
    onUncaught: uncaught.ofTask,
    onBesideFatal: uncaught.besideTasks,
    onFatal: uncaught.stopFor,
  }
  function setPaused(to: boolean): void {
    if (paused === to) return
    paused = to
    options.logger.info({ applicationId, paused }, `${applicationId}: ${paused ? 'paused' : 'resumed'}`)
    wake()
  }
  async function start(): Promise<void> {
    try {
      endpoint = await queries.listen(control)
      parts = await openParts(own)
    } catch (error) {
      await queries.close()
      throw error
    }
    await unlessAborted(lifecycle.stopping, mayJoin())
    if (!lifecycle.stopping.aborted) lifecycle.set('REBALANCING')
    ended = run(parts)
  }
  async function run(first: Parts): Promise<void> {
    let of: Parts | undefined = first
    for (let failures = 0; ; failures += 1) {
      const began = elapsed(clock)
      try {
        of ??= parts = await openParts(own)
        await work(of)
        break
      } catch (error) {
        if (lifecycle.stopping.aborted || uncaught.ofMembership(error) !== 'replace-thread') {
          if (of !== undefined) await tellAll(of)
          uncaught.stopFor(error)
          break
        }
        lifecycle.set('REBALANCING')
        if (of !== undefined) await closeParts(of).catch(sayUnclosed)
        of = undefined
        // What went well for longer than the last wait begins with the shortest one again.
        if (elapsed(clock) - began > replaceAfterMs(failures)) failures = 0
        await clock.sleep(replaceAfterMs(failures), lifecycle.stopping)
      }
    }
    // Whatever goes wrong on the way out: nobody is to think that it still works.
    if (of !== undefined) await shutDown(of).catch(lifecycle.fail)
    await queries.close().catch(sayUnclosed)
    lifecycle.end()
  }
  async function work(of: Parts): Promise<void> {
    await openGlobals(of)
    while (!lifecycle.stopping.aborted && lifecycle.fatal === undefined) await next(of)
  }
  /** Where all members are to stop: as far as that still goes, since it is the membership that has failed. */
  async function tellAll({ membership }: Parts): Promise<void> {
    if (uncaught.isSpreading) await membership.rebalance().catch(sayUnclosed)
  }
  function sayUnclosed(error: unknown): void {
    options.logger.warn({ applicationId, err: error }, `${applicationId}: ${messageOf(error)}`)
  }
  /** Before the group is joined: a task that looked rows up too early would make other results. */
  async function openGlobals({ globals }: Parts): Promise<void> {
    try {
      await globals.open()
    } catch (error) {
      if (!lifecycle.stopping.aborted) throw error
    }
  }
  async function next({ membership, loop }: Parts): Promise<void> {
    if (!membership.joined) return membership.rebalance()
    await loop.turn()
    await membership.maintain()
    if (lifecycle.state === 'REBALANCING' && runners.allRunning) lifecycle.set('RUNNING')
  }
  async function shutDown(of: Parts): Promise<void> {
    if (lifecycle.fatal === undefined) await Promise.all(runners.all.map((runner) => runner.commit()))
    await closeParts(of)
  }
  async function close(timeoutMs: number): Promise<void> {
    if (starting === undefined) return lifecycle.end()
    if (lifecycle.state !== 'ERROR' && lifecycle.state !== 'NOT_RUNNING') lifecycle.set('PENDING_SHUTDOWN')
    lifecycle.stop()
    parts?.globals.stop()
    wake()
    const over = starting.then(
      () => ended,
      () => lifecycle.end(),
    )
    if (await inTime(over, timeoutMs, clock)) return
    options.logger.warn(
      { applicationId },
      `${applicationId}: not everything could be committed in ${timeoutMs} ms; leaving the group without it`,
    )
    if (parts !== undefined) await abandonParts(parts, queries.close, clock)
  }

  return {
    applicationId,
    get state() {
      return lifecycle.state
    },
    start: async () => {
      if (lifecycle.state !== 'CREATED')
        throw new MillraceError('CLOSED', `${applicationId} has been started before; create a new worker`)
      if (starting !== undefined) throw new MillraceError('CLOSED', `${applicationId} is being started`)
      starting = start()
      await starting
    },
    close: (timeoutMs = 5_000) => close(timeoutMs),
    onState: lifecycle.onState,
    done: lifecycle.done,
    get ready() {
      return lifecycle.state === 'RUNNING'
    },
    get tasks() {
      return runners.all
    },
    get standbys() {
      return parts?.membership.standbys ?? []
    },
    get memberId() {
      return parts?.membership.memberId
    },
    metadata: () => parts?.membership.members ?? [],
    get globalLag() {
      return parts?.globals.lag ?? []
    },
    get restoring() {
      return [...counters.restoring.values()]
    },
    counters,
    store: queries.store,
    query: queries.query,
    locate: queries.locate,
    pause: control.pause,
    resume: control.resume,
    get isPaused() {
      return paused
    },
    health: control.health,
    now: clock.now,
    localStores: (name) => [
      ...(parts?.globals.views.has(name) ? [parts.globals.views.get(name)] : []),
      ...runners.all.flatMap(({ task }) => (task?.stores.all.has(name) ? [task.stores.view(name)] : [])),
    ],
  }
}

/** Waits no longer than until it aborts. */
async function unlessAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  if (signal.aborted) return
  const over = new AbortController()
  await Promise.race([work, once(signal, 'abort', { signal: over.signal }).catch(() => undefined)])
  over.abort()
}
