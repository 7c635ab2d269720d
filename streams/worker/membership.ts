import { messageOf, OutageError } from '../errors'
import type { GroupMember, Joined, LogProducer } from '../log/port'
import { assignTasks } from './assignment/assign'
import { changelogEnds, offsetSum } from './changelogs'
import type { Counters } from './counters'
import type { Lifecycle } from './lifecycle'
import type { LocalState } from './local-state'
import {
  type AssignmentInfo,
  decodeAssignmentInfo,
  encodeInfo,
  LATEST,
  type MemberInfo,
  type MemberMetadata,
} from './member-info'
import type { ResolvedOptions } from './options'
import type { Reading } from './reading'
import { createRunner, type Runner } from './runner'
import { allTasks, type Runners } from './runners'
import type { PreparedTopics } from './topics'

export interface MembershipOptions {
  readonly options: ResolvedOptions
  readonly topics: PreparedTopics
  readonly counters: Counters
  readonly globals: ReadonlyMap<string, unknown>
  readonly lifecycle: Lifecycle
  readonly runners: Runners
  readonly inputs: Reading
  readonly shared: LogProducer
  readonly local: LocalState
  readonly onWake: () => void
  /** What cannot be mended: the worker stops. */
  readonly onFatal: (error: unknown) => void
}

/** The worker's place in its group: which tasks it runs, and who opens and closes them. */
export interface Membership {
  /** Nothing is to be done but to process. */
  readonly joined: boolean
  /** The application's members as of the last rebalance, this one included; none before the first. */
  readonly members: readonly MemberMetadata[]
  /** This member's id in the group; undefined before the first join. */
  readonly memberId: string | undefined
  /** Commits, joins again and takes up the new assignment; tasks that stay are not closed. */
  rebalance(): Promise<void>
  /** Closes every task without a commit. */
  closeAll(): Promise<void>
  leave(): Promise<void>
}

const OUTAGE_WAIT_MS = 1_000

export function createMembership(context: MembershipOptions): Membership {
  const { options, topics, lifecycle, runners, inputs, local, onWake } = context
  const { topology, log, applicationId, logger, clock } = options
  const { stopping } = lifecycle
  const tasks = () => allTasks(topology, applicationId, topics)
  const member: GroupMember = log.member({
    groupId: applicationId,
    clientId: applicationId,
    topics: [...new Set(tasks().flatMap((task) => task.inputs.map(({ topic }) => topic)))],
    sessionTimeoutMs: options.sessionTimeoutMs,
    rebalanceTimeoutMs: 60_000,
    heartbeatIntervalMs: Math.min(3_000, Math.floor(options.sessionTimeoutMs / 3)),
    userData: () => encodeInfo(ownInfo()),
    assign: async (members) =>
      assignTasks({ tasks: tasks(), members, ends: await changelogEnds(tasks(), log.admin), settings: options }),
  })
  let joined: Joined | undefined
  let told: AssignmentInfo | undefined
  member.onStatus(onWake)

  function ownInfo(): MemberInfo {
    const running = runners.all.map((runner): readonly [string, number] => [runner.id, offsetOf(runner)])
    return {
      process: options.processId,
      endpoint: options.applicationServer,
      rack: options.rack,
      active: runners.ids,
      standby: [],
      offsets: Object.fromEntries([...local.offsets, ...running]),
    }
  }
  /** One that is being opened or restored is as far as it was when it was last closed. */
  function offsetOf({ id, task }: Runner): number {
    return task !== undefined ? LATEST : (local.offsets.get(id) ?? 0)
  }

  async function rebalance(): Promise<void> {
    lifecycle.set('REBALANCING')
    if (member.status === 'lost') await close(runners.ids)
    else await Promise.all(runners.all.map((runner) => runner.commit()))
    // During the commits too the group may have gone on: then all of it is to be closed first, whoever owned it meanwhile.
    if (member.status === 'lost' && runners.ids.length > 0) return
    const next = await joinThroughOutage()
    if (next === undefined) return
    joined = next
    await takeUp(joined)
  }
  async function joinThroughOutage(): Promise<Joined | undefined> {
    try {
      return await joinUnlessStopped()
    } catch (error) {
      if (stopping.aborted) return undefined
      if (!(error instanceof OutageError)) throw error
      logger.warn(
        { applicationId, err: error },
        `${applicationId}: cannot join the group: ${messageOf(error)}; waiting`,
      )
      await clock.sleep(OUTAGE_WAIT_MS, stopping)
      return undefined
    }
  }
  /** The group holds a join back until all its members are there; who is to end need not wait for that. */
  async function joinUnlessStopped(): Promise<Joined> {
    const leave = () => void member.leave()
    stopping.throwIfAborted()
    stopping.addEventListener('abort', leave, { once: true })
    try {
      return await member.join()
    } finally {
      stopping.removeEventListener('abort', leave)
    }
  }
  async function takeUp({ assignment, group }: Joined): Promise<void> {
    told = decodeAssignmentInfo(assignment.userData)
    const assigned = new Set(told.active)
    await close(runners.all.flatMap(({ id, state }) => (assigned.has(id) && state !== 'fenced' ? [] : [id])))
    await local.cleanUp(new Set([...told.active, ...told.standby, ...told.nearby]))
    for (const id of assigned) if (runners.get(id) === undefined) runners.add(open(id))
    logger.info(
      { applicationId, tasks: [...assigned], generation: group.generation },
      `${applicationId}: assigned ${[...assigned].join(', ') || 'no tasks'}`,
    )
  }
  function open(id: string): Runner {
    const [sub, partition] = id.split('_').map(Number) as [number, number]
    const { counters, globals, shared, onFatal } = context
    return createRunner({
      options,
      topics,
      counters,
      globals,
      member,
      group: () => joined!.group,
      shared,
      subTopology: topology.subTopologies[sub]!,
      partition,
      onWake,
      onFatal,
      onFenced: () => member.requestRejoin(),
    })
  }
  async function close(ids: readonly string[]): Promise<void> {
    const closing = ids.map((id) => runners.get(id)!)
    for (const { id, task } of closing) {
      runners.remove(id)
      if (task !== undefined && task.stores.all.size > 0) local.closed(id, offsetSum(task.stores))
    }
    inputs.keep((partition) => runners.ownerOf(partition) !== undefined)
    await Promise.all(closing.map((runner) => runner.close()))
  }

  return {
    get joined() {
      return member.status === 'joined'
    },
    get members() {
      return told?.members ?? []
    },
    get memberId() {
      return told?.memberId ?? joined?.group.memberId
    },
    rebalance,
    closeAll: () => close(runners.ids),
    leave: () => member.leave(),
  }
}
