/** Answers from the stores of this instance. */
import { elapsed } from '../../clock'
import type { PartitionOffset } from '../../log/port'
import { GLOBAL_TASK, type GlobalReplica } from '../global-tables'
import { countPair } from './counts'
import { storeUnavailable, type Unavailable } from './errors'
import type { QueryHost, Replica } from './host'
import { inPieces, nothing, stillOpen } from './pieces'
import type { PlacedStore } from './placing'
import {
  activeHasReached,
  changelogEndHolding,
  type Demanded,
  demandedOf,
  globalHasReached,
  heldBefore,
  positionNotReached,
} from './position'
import type { AnsweredBy, Staleness, StoreItem, StoreQuery } from './query'
import { refuseUnfit, runQuery } from './run'

/** A question to one partition of a store. */
export interface PartitionAsk {
  readonly placed: PlacedStore
  readonly partition: number
  readonly query: StoreQuery
  readonly bounds: readonly PartitionOffset[]
  readonly allowStandby: boolean
  /** ms of what has elapsed; until then positions are waited for. */
  readonly deadline: number
  /** When a member that does not answer is given up; default a little after the deadline. */
  readonly giveUpAt?: number
}

/** The answer of one partition: entries come in pieces, in the order of the store. */
export interface PartitionAnswer {
  readonly by: AnsweredBy
  readonly count?: number
  readonly pieces: AsyncIterable<readonly StoreItem[]>
  /** Lets go of what is not read; also where nothing has been. */
  close(): void
}

const POSITION_POLL_MS = 5
const LOG_POLL_MS = 20
const LOOK_UP_MS = 500

export function taskIdOf({ subTopology }: PlacedStore, partition: number): string {
  return subTopology === undefined ? GLOBAL_TASK : `${subTopology.id}_${partition}`
}

/**
 * Answers for a partition whose store is here.
 * @throws OutageError STORE_UNAVAILABLE where it is not, or not now; MillraceError POSITION_NOT_REACHED; TerminalError QUERY_INVALID
 */
export async function answerHere(host: QueryHost, ask: PartitionAsk): Promise<PartitionAnswer> {
  const { placed, partition, query, bounds } = ask
  refuseUnfit(placed.declaration, query)
  const demanded = demandedOf(placed, partition, bounds)
  return placed.subTopology === undefined ? answerGlobal(host, ask, demanded) : answerTask(host, ask, demanded)
}

async function answerTask(host: QueryHost, ask: PartitionAsk, demanded: Demanded): Promise<PartitionAnswer> {
  const { placed } = ask
  const store = placed.declaration.name
  let logged: Logged | undefined
  for (;;) {
    const replica = replicaOf(host, ask)
    const isActive = replica.role === 'active'
    const by = isActive ? byActive(replica) : byStandby(host, ask, replica, logged?.end)
    // Nothing is waited for between this and the read: what is read is what `by` says.
    if (isActive ? activeHasReached(demanded, replica, store) : standbyHasReached(replica, store, logged))
      return read(host, ask, by, replica.view(store))
    if (isActive || logged !== undefined)
      await waitOr(host, ask, isActive ? POSITION_POLL_MS : LOG_POLL_MS, () => positionNotReached(placed, demanded, by))
    if (!isActive && logged?.needed === undefined) logged = await lookUp(host, ask, demanded)
  }
}

async function answerGlobal(host: QueryHost, ask: PartitionAsk, demanded: Demanded): Promise<PartitionAnswer> {
  for (;;) {
    const replica = globalOf(host, ask)
    const position = heldBefore(replica.positions)
    const by: AnsweredBy = { taskId: 'global', role: 'global', position, staleness: CURRENT }
    if (globalHasReached(demanded, replica)) return read(host, ask, by, replica.view())
    await waitOr(host, ask, POSITION_POLL_MS, () => positionNotReached(ask.placed, demanded, by))
  }
}

function read(host: QueryHost, { placed, query }: PartitionAsk, by: AnsweredBy, view: unknown): PartitionAnswer {
  const found = stillOpen(placed, () => runQuery(placed.declaration, view, query))
  countPair(host.counts.answered, placed.declaration.name, by.role)
  return 'count' in found
    ? { by, count: found.count, pieces: nothing(), close: () => undefined }
    : { by, ...inPieces(host, placed, found.items) }
}

const CURRENT: Staleness = { records: 0, ms: 0 }

/** What the log says of the changelog of a standby. */
interface Logged {
  /** From where it need not have read to hold what is demanded; undefined while nobody can say. */
  readonly needed: number | undefined
  /** Its end; undefined where the log does not answer. */
  readonly end: number | undefined
}

async function lookUp(host: QueryHost, { placed, partition }: PartitionAsk, demanded: Demanded): Promise<Logged> {
  const at = { topic: placed.topic, partition }
  const needed = await changelogEndHolding(demanded, host, at)
  const end = host.admin.offsets([at], 'latest').then(
    ([found]) => found?.offset,
    () => undefined,
  )
  // A standby answers also where the log does not: then it says what it saw last.
  const timer = new AbortController()
  const found = await Promise.race([end, host.clock.sleep(LOOK_UP_MS, timer.signal).then(() => undefined)])
  timer.abort()
  return { needed, end: found }
}

function standbyHasReached(replica: Replica, store: string, logged: Logged | undefined): boolean {
  return logged?.needed !== undefined && (replica.changelog(store)?.position ?? 0) >= logged.needed
}

function byActive({ taskId, inputs = [] }: Replica): AnsweredBy {
  return { taskId, role: 'active', position: heldBefore(inputs), staleness: CURRENT }
}

function byStandby(
  host: QueryHost,
  { placed, partition }: PartitionAsk,
  { taskId, changelog }: Replica,
  logEnd: number | undefined,
): AnsweredBy {
  const { position, end, currentAt } = changelog(placed.declaration.name) ?? { position: 0, end: 0, currentAt: 0 }
  const records = Math.max(0, (logEnd ?? end) - position)
  const isCurrent = records === 0 && logEnd !== undefined
  return {
    taskId,
    role: 'standby',
    position: heldBefore([{ topic: placed.topic, partition, offset: position }]),
    staleness: { records, ms: isCurrent ? 0 : Math.round(Math.max(0, elapsed(host.clock) - currentAt)) },
  }
}

/** @throws what `late` gives, past the deadline */
async function waitOr(host: QueryHost, { deadline }: PartitionAsk, ms: number, late: () => Error): Promise<void> {
  const left = deadline - elapsed(host.clock)
  if (left <= 0) throw late()
  await host.clock.sleep(Math.min(ms, left))
}

function replicaOf(host: QueryHost, { placed, partition, allowStandby }: PartitionAsk): Replica {
  const taskId = taskIdOf(placed, partition)
  const replica = host.replica(taskId)
  if (replica !== undefined && (replica.role === 'active' || allowStandby)) return replica
  const [reason, why] = absence(host, taskId)
  throw storeUnavailable(placed.declaration.name, reason, why)
}

function globalOf(host: QueryHost, { placed }: PartitionAsk): GlobalReplica {
  const replica = host.global(placed.declaration.name)
  if (replica !== undefined) return replica
  const [reason, why] =
    host.state === 'REBALANCING' ? (['restoring', 'the global table is being read'] as const) : absence(host, 'global')
  throw storeUnavailable(placed.declaration.name, reason, why)
}

/** Why a task is not here. */
export function absence(host: QueryHost, taskId: string): readonly [Unavailable, string] {
  if (host.state === 'CREATED') return ['not-started', 'the worker has not been started']
  if (host.state !== 'RUNNING' && host.state !== 'REBALANCING') return ['ended', `the worker is ${host.state}`]
  if (host.isOpening(taskId)) return ['restoring', `task ${taskId} is being opened`]
  if (host.state === 'REBALANCING') return ['rebalancing', `nobody is known to have task ${taskId} yet`]
  return ['moved', `task ${taskId} is not processed here`]
}
