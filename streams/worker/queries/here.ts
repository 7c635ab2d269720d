/** Answers from the stores of this instance. */
import { MillraceError } from '../../errors'
import type { PartitionOffset } from '../../log/port'
import type { GlobalReplica } from '../global-tables'
import { countPair } from './counts'
import { storeUnavailable, type Unavailable } from './errors'
import type { QueryHost, Replica } from './host'
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
import type { AnsweredBy, StoreItem, StoreQuery } from './query'
import { refuseUnfit, runQuery } from './run'

/** A question to one partition of a store. */
export interface PartitionAsk {
  readonly placed: PlacedStore
  readonly partition: number
  readonly query: StoreQuery
  readonly bounds: readonly PartitionOffset[]
  readonly allowStandby: boolean
  /** ms of the worker's clock; until then positions are waited for. */
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
const COMMITTED_POLL_MS = 50
const PIECE = 200

export function taskIdOf({ subTopology }: PlacedStore, partition: number): string {
  return subTopology === undefined ? 'global' : `${subTopology.id}_${partition}`
}

/**
 * Answers for a partition whose store is here.
 * @throws OutageError STORE_UNAVAILABLE where it is not, or not now; MillraceError POSITION_NOT_REACHED; TerminalError QUERY_INVALID
 */
export async function answerHere(host: QueryHost, ask: PartitionAsk): Promise<PartitionAnswer> {
  const { placed, partition, query, bounds } = ask
  refuseUnfit(placed.declaration, query)
  const demanded = demandedOf(placed, partition, bounds)
  const by = await (placed.subTopology === undefined ? reachGlobal : reachTask)(host, ask, demanded)
  // From here to the read nothing is waited for, so what is read is what `by` says.
  const view =
    placed.subTopology === undefined ? globalOf(host, ask).view() : replicaOf(host, ask).view(placed.declaration.name)
  const found = open(placed, () => runQuery(placed.declaration, view, query))
  countPair(host.counts.answered, placed.declaration.name, by.role)
  return 'count' in found
    ? { by, count: found.count, pieces: nothing(), close: () => undefined }
    : { by, ...reading(host, placed, found.items) }
}

async function reachTask(host: QueryHost, ask: PartitionAsk, demanded: Demanded): Promise<AnsweredBy> {
  const { placed, partition } = ask
  const store = placed.declaration.name
  let end: number | undefined
  for (;;) {
    const replica = replicaOf(host, ask)
    const by = answeredBy(host, ask, replica)
    if (replica.role === 'active') {
      if (activeHasReached(demanded, replica, store)) return by
      await waitOr(host, ask, POSITION_POLL_MS, () => positionNotReached(placed, demanded, by))
    } else {
      if (end !== undefined && (replica.changelog(store)?.position ?? 0) >= end) return by
      const poll = end === undefined ? COMMITTED_POLL_MS : POSITION_POLL_MS
      end ??= await changelogEndHolding(demanded, host, { topic: placed.topic, partition })
      if (end !== undefined && (replicaOf(host, ask).changelog(store)?.position ?? 0) >= end) continue
      await waitOr(host, ask, poll, () => positionNotReached(placed, demanded, by))
    }
  }
}

async function reachGlobal(host: QueryHost, ask: PartitionAsk, demanded: Demanded): Promise<AnsweredBy> {
  for (;;) {
    const replica = globalOf(host, ask)
    const by: AnsweredBy = {
      taskId: 'global',
      role: 'global',
      position: heldBefore(replica.positions),
      staleness: { records: 0, ms: 0 },
    }
    if (globalHasReached(demanded, replica)) return by
    await waitOr(host, ask, POSITION_POLL_MS, () => positionNotReached(ask.placed, demanded, by))
  }
}

/** @throws what `late` gives, past the deadline */
async function waitOr(host: QueryHost, { deadline }: PartitionAsk, ms: number, late: () => Error): Promise<void> {
  const left = deadline - host.clock.now()
  if (left <= 0) throw late()
  await host.clock.sleep(Math.min(ms, left))
}

function answeredBy(host: QueryHost, { placed, partition }: PartitionAsk, replica: Replica): AnsweredBy {
  const { taskId, role } = replica
  if (role === 'active')
    return { taskId, role, position: heldBefore(replica.inputs ?? []), staleness: { records: 0, ms: 0 } }
  const { position, end, currentAt } = replica.changelog(placed.declaration.name) ?? {
    position: 0,
    end: 0,
    currentAt: 0,
  }
  return {
    taskId,
    role,
    position: heldBefore([{ topic: placed.topic, partition, offset: position }]),
    staleness: { records: Math.max(0, end - position), ms: Math.max(0, host.clock.now() - currentAt) },
  }
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

async function* nothing(): AsyncGenerator<never> {}

/** The first piece is read at once: short answers are whole, of one moment, and hold nothing open. */
function reading(
  host: QueryHost,
  placed: PlacedStore,
  items: Iterable<StoreItem>,
): Pick<PartitionAnswer, 'pieces' | 'close'> {
  const steps = items[Symbol.iterator]()
  const next = () => {
    const piece = open(placed, () => take(steps))
    countPair(host.counts.entries, placed.declaration.name, 'read', piece.length)
    return piece
  }
  const close = () => {
    steps.return?.()
  }
  return { pieces: pieces(next(), next, close), close }
}

/** Long answers give the tasks their turn between two pieces. */
async function* pieces(
  first: readonly StoreItem[],
  next: () => readonly StoreItem[],
  close: () => void,
): AsyncGenerator<readonly StoreItem[]> {
  try {
    for (let piece = first; piece.length > 0; piece = piece.length < PIECE ? [] : next()) {
      yield piece
      await new Promise((resolve) => setImmediate(resolve))
    }
  } finally {
    close()
  }
}

function take(steps: Iterator<StoreItem>): readonly StoreItem[] {
  const piece: StoreItem[] = []
  while (piece.length < PIECE) {
    const step = steps.next()
    if (step.done) break
    piece.push(step.value)
  }
  return piece
}

/** A store that its task has closed meanwhile is another's now. */
function open<T>({ declaration }: PlacedStore, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'STORE_CLOSED') throw error
    throw storeUnavailable(declaration.name, 'interrupted', 'its task was closed while it was read', error)
  }
}
