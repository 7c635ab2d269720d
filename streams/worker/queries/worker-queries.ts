/** The queries of one worker: what it lets be asked from code, and what it answers over HTTP. */
import type { GlobalTables } from '../global-tables'
import type { Lifecycle } from '../lifecycle'
import type { Membership } from '../membership'
import type { ResolvedOptions } from '../options'
import type { Runner } from '../runner'
import type { Runners } from '../runners'
import type { PreparedTopics } from '../topics'
import type { OwnPart } from './asking'
import type { QueryCounts } from './counts'
import { storeUnavailable } from './errors'
import { absence, answerHere } from './here'
import type { QueryHost, Replica } from './host'
import type { ReadOptions, StoreQuery } from './query'
import { createRouter, type KeyLocation, type Routed } from './router'
import { type QueryServer, serveQueries, type WorkerControl } from './server'
import { type QueriesOf, type StoreHandle, storeQueries } from './stores'

/** What is there once the worker has been started. */
export interface StartedParts {
  readonly topics: PreparedTopics
  readonly globals: GlobalTables
  readonly membership: Pick<Membership, 'members' | 'memberId' | 'standbys'>
}

export interface WorkerQueriesOptions {
  readonly options: ResolvedOptions
  readonly lifecycle: Lifecycle
  readonly runners: Runners
  /** Undefined before the start. */
  readonly parts: () => StartedParts | undefined
  readonly counts: QueryCounts
}

export interface WorkerQueries {
  /** See Worker#store. */
  store<D extends StoreHandle>(declaration: D): QueriesOf<D>
  /** See Worker#query. */
  query(store: string, query: StoreQuery, options?: ReadOptions): Promise<Routed>
  /** See Worker#locate. */
  locate(store: string | StoreHandle, key: unknown): Promise<KeyLocation>
  /**
   * Begins to answer others, where an `applicationServer` is given; gives the `host:port` to tell them.
   * @throws MillraceError CONFIG_INVALID
   */
  listen(control: WorkerControl): Promise<string | undefined>
  close(): Promise<void>
}

export function createWorkerQueries(context: WorkerQueriesOptions): WorkerQueries {
  const { options } = context
  const host = hostOf(context)
  const own: OwnPart = {
    get memberId() {
      return host.memberId
    },
    has: (taskId) => host.replica(taskId)?.role,
    answer: (ask) => answerHere(host, ask),
    absence: (taskId) => absence(host, taskId),
  }
  const router = createRouter({ host, own, token: options.queryToken })
  let server: QueryServer | undefined

  return {
    store: <D extends StoreHandle>({ name }: D) => storeQueries(router, name) as QueriesOf<D>,
    query: (store, query, how) => router.ask(store, query, how),
    locate: (store, key) => router.locate(typeof store === 'string' ? store : store.name, key),
    listen: async (control) => {
      const { applicationServer, listen = applicationServer, queryToken: token } = options
      if (applicationServer === undefined || listen === undefined) return undefined
      server = await serveQueries({ host, router, control, listen, token })
      // Whoever asks for any free port is told to the others by the one that was found.
      return applicationServer.replace(/:0$/, `:${server.port}`)
    },
    close: async () => {
      await server?.close()
    },
  }
}

function hostOf({ options, lifecycle, runners, parts, counts }: WorkerQueriesOptions): QueryHost {
  const { topology, applicationId, registry, clock, logger, log } = options
  return {
    topology,
    applicationId,
    registry,
    clock,
    logger,
    admin: log.admin,
    counts,
    get state() {
      return lifecycle.state
    },
    get members() {
      return parts()?.membership.members ?? []
    },
    get memberId() {
      return parts()?.membership.memberId
    },
    partitionsOf: (topic) => {
      const started = parts()
      if (started !== undefined) return started.topics.partitionsOf(topic)
      throw storeUnavailable(topic, 'not-started', 'the worker has not been started')
    },
    replica: (taskId) => activeReplica(runners.get(taskId)) ?? standbyReplica(taskId, parts()),
    isOpening: (taskId) => runners.get(taskId) !== undefined,
    global: (store) => parts()?.globals.replica(store),
  }
}

function standbyReplica(taskId: string, parts: StartedParts | undefined): Replica | undefined {
  const standby = parts?.membership.standbys.find((one) => one.taskId === taskId)
  return standby && { taskId, role: 'standby', view: standby.view, inputs: undefined, changelog: standby.changelog }
}

function activeReplica(runner: Runner | undefined): Replica | undefined {
  const task = runner?.task
  if (task === undefined || runner === undefined) return undefined
  return {
    taskId: runner.id,
    role: 'active',
    view: (store) => task.stores.view(store),
    inputs: runner.settled,
    changelog: (store) => {
      const position = task.stores.all.get(store)?.position
      return position === undefined ? undefined : { position, end: position, currentAt: Number.POSITIVE_INFINITY }
    },
  }
}
