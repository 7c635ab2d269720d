import type { Clock } from '../clock'
import type { OffsetReset } from '../graph/specs/source'
import type { Topology } from '../graph/topology'
import type { LogProducer, LogReader } from '../log/port'
import type { Counters } from './counters'
import { acceptTopology, readFingerprints } from './fingerprint'
import { type GlobalTables, globalTables } from './global-tables'
import type { Lifecycle } from './lifecycle'
import { type LocalState, readLocalState } from './local-state'
import { createLoop, type Loop } from './loop'
import { createMembership, type Membership } from './membership'
import type { ResolvedOptions } from './options'
import { reading } from './reading'
import type { Runners } from './runners'
import { createMissing, findTopics, type PreparedTopics } from './topics'

/** What a worker has open while it runs: made at its start, and anew where its policy for errors says so. */
export interface Parts {
  readonly topics: PreparedTopics
  readonly globals: GlobalTables
  /** The producer that tasks share under at-least-once. */
  readonly shared: LogProducer
  /** Reads the inputs of all tasks. */
  readonly reader: LogReader
  readonly membership: Membership
  readonly loop: Loop
}

export interface PartsOptions {
  readonly options: ResolvedOptions
  readonly counters: Counters
  readonly lifecycle: Lifecycle
  readonly runners: Runners
  /** `host:port` under which it answers queries, where it does. */
  readonly endpoint: () => string | undefined
  readonly paused: () => boolean
  readonly onWake: () => void
  /** What cannot be mended: whether the task is to be opened again all the same. */
  readonly onUncaught: (error: unknown, taskId: string) => boolean
  /** What cannot be mended and stands beside the tasks: global tables, standbys. */
  readonly onBesideFatal: (error: unknown) => void
  /** The worker is to stop. */
  readonly onFatal: (error: unknown) => void
}

/** For leaving the group where there was no time to close in order. */
const LEAVE_MS = 2_000

/** Makes the topics ready, holds the topology against what an earlier one has left behind, and opens everything but tasks. */
export async function openParts(context: PartsOptions): Promise<Parts> {
  const { options } = context
  const { applicationId, log } = options
  // It needs no answer to anything else.
  const producing = log.producer({ clientId: applicationId })
  producing.catch(() => undefined)
  try {
    const topics = await prepareTopics(options, producing)
    return await partsOf(context, { topics, local: await readLocalState(options), shared: await producing })
  } catch (error) {
    await producing.then(
      (shared) => shared.close(),
      () => undefined,
    )
    throw error
  }
}

async function prepareTopics(options: ResolvedOptions, producer: Promise<LogProducer>): Promise<PreparedTopics> {
  const { topology, applicationId, log, logger, state, acceptTopologyChanges: accept } = options
  const notes = readFingerprints({ state, log, applicationId, producer })
  notes.catch(() => undefined)
  const found = await findTopics(topology, applicationId, log.admin)
  const { partitionsOf } = found
  const fits = await acceptTopology({ topology, applicationId, partitionsOf, state, log, accept, logger, notes })
  const created = createMissing(found, topology, applicationId, log.admin)
  created.catch(() => undefined)
  // The log gets its request before this thread loads what writes to the disk.
  await new Promise((resolve) => setImmediate(resolve))
  const [topics] = await Promise.all([created, fits.note(created)])
  return topics
}

async function partsOf(
  context: PartsOptions,
  own: Pick<Parts, 'topics' | 'shared'> & { readonly local: LocalState },
): Promise<Parts> {
  const { options, counters, lifecycle, runners, paused, onWake, onUncaught, onBesideFatal, onFatal } = context
  const { topology, applicationId, log, logger } = options
  const { topics, shared } = own
  const globals = globalTables({ options, topics, counters, onFatal: onBesideFatal })
  const reader = await log.reader({ isolation: 'read_committed' })
  const inputs = reading({ reader, applicationId, logger, offsetReset: offsetResetOf(topology) })
  const membership = createMembership({
    ...{ ...own, options, counters, lifecycle, runners, inputs, endpoint: context.endpoint(), globals: globals.views },
    ...{ onWake, onUncaught, onStandbyFatal: onBesideFatal, onFatal },
  })
  const loop = createLoop({ options, inputs, runners, stopping: lifecycle.stopping, paused })
  return { topics, globals, shared, reader, membership, loop }
}

/** Closes the tasks without a commit, leaves the group and closes the rest. */
export async function closeParts({ membership, reader, shared, globals }: Parts): Promise<void> {
  await membership.closeAll()
  await Promise.allSettled([reader.close(), membership.leave(), shared.close(), globals.close()])
}

/** The group is not to wait for a session to time out, whatever it is that holds the commits up. */
export async function abandonParts({ membership }: Parts, close: () => Promise<void>, clock: Clock): Promise<void> {
  const left = membership.leave()
  await inTime(Promise.allSettled([left, membership.closeAll(), close()]), LEAVE_MS, clock)
}

/** Whether it is over in time. */
export async function inTime(over: Promise<unknown>, timeoutMs: number, clock: Clock): Promise<boolean> {
  const timer = new AbortController()
  const isOver = await Promise.race([over.then(() => true), clock.sleep(timeoutMs, timer.signal).then(() => false)])
  timer.abort()
  return isOver
}

function offsetResetOf(topology: Topology): (topic: string) => OffsetReset {
  const sources = new Map(
    topology.subTopologies.flatMap(({ sources: own }) => own.map(({ topic, spec }) => [topic.name, spec.offsetReset])),
  )
  return (topic) => sources.get(topic) ?? 'earliest'
}
