import { elapsed } from '../clock'
import type { GroupMember, Joined, LogProducer } from '../log/port'
import { assignTasks } from './assignment/assign'
import { changelogEnds, offsetSum } from './changelogs'
import type { Counters } from './counters'
import { createProbe, joinThroughOutage } from './joining'
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
import type { Standby } from './standby'
import { createStandbys } from './standbys'
import type { PreparedTopics } from './topics'
import { shutdownAll, shutdownAsked, shutdownRequested } from './uncaught'

/**
 * A member hears by its heartbeats that the group rebalances, which then waits for the last one to have heard while the others stand
 * still. With the 3 s that are usual that was two on average; a heartbeat costs next to nothing.
 */
const HEARTBEAT_MS = 500

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
  /** `host:port` under which it answers queries, where it does. */
  readonly endpoint: string | undefined
  readonly onWake: () => void
  /** What cannot be mended: whether the task is to be opened again all the same. */
  readonly onUncaught: (error: unknown, taskId: string) => boolean
  /** What cannot be mended and stands in no task's way. */
  readonly onStandbyFatal: (error: unknown) => void
  /** The worker is to stop. */
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
  /** Its standbys whose stores are open. */
  readonly standbys: readonly Standby[]
  /** Removes state that has not been used for long; to be called now and then. */
  maintain(): Promise<void>
  /** Asks all members to stop, this one included, with the next rebalance. */
  requestShutdown(reason: string): void
  /** Closes every task without a commit. */
  closeAll(): Promise<void>
  leave(): Promise<void>
}

export function createMembership(context: MembershipOptions): Membership {
  const { options, topics, lifecycle, runners, inputs, local, onWake } = context
  const { topology, log, applicationId, logger, clock } = options
  const { stopping } = lifecycle
  const tasks = () => allTasks(topology, applicationId, topics)
  const member: GroupMember = log.member({
    groupId: applicationId,
    clientId: applicationId,
    groupInstanceId: options.groupInstanceId,
    topics: [...new Set(tasks().flatMap((task) => task.inputs.map(({ topic }) => topic)))],
    sessionTimeoutMs: options.sessionTimeoutMs,
    rebalanceTimeoutMs: 60_000,
    heartbeatIntervalMs: Math.min(HEARTBEAT_MS, Math.floor(options.sessionTimeoutMs / 3)),
    userData: () => encodeInfo(ownInfo()),
    assign: async (members) => {
      const shutdown = shutdownAsked(members)
      if (shutdown !== undefined) return shutdownAll(members, shutdown)
      return assignTasks({
        tasks: tasks(),
        members,
        ends: await changelogEnds(tasks(), log.admin, clock),
        settings: options,
      })
    },
  })
  const standbys = createStandbys({
    options,
    counters: context.counters,
    local,
    onFatal: context.onStandbyFatal,
    onCaughtUp: (id) => {
      logger.info({ applicationId, task: id }, `${applicationId}: ${id} is ready to be taken over here`)
      member.requestRejoin()
    },
  })
  let joined: Joined | undefined
  let told: AssignmentInfo | undefined
  let shutdown: string | undefined
  const probe = createProbe(member, options, stopping)
  let cleanedAt = elapsed(clock)
  member.onStatus(onWake)

  function ownInfo(): MemberInfo {
    const running = runners.all.map((runner): readonly [string, number] => [runner.id, offsetOf(runner)])
    return {
      process: options.processId,
      endpoint: context.endpoint,
      rack: options.rack,
      active: runners.ids,
      standby: standbys.ids,
      offsets: Object.fromEntries([...local.offsets, ...standbys.offsets, ...running]),
      shutdown,
    }
  }
  /** One that is being opened is as far as it was when it was last closed, and what has been restored since. */
  function offsetOf({ id, task }: Runner): number {
    if (task !== undefined) return LATEST
    return (local.offsets.get(id) ?? 0) + (context.counters.restoring.get(id)?.restored ?? 0)
  }

  async function rebalance(): Promise<void> {
    lifecycle.set('REBALANCING')
    if (member.status === 'lost') await close(runners.ids)
    else await Promise.all(runners.all.map((runner) => runner.commit()))
    // During the commits too the group may have gone on: then all of it is to be closed first, whoever owned it meanwhile.
    if (member.status === 'lost' && runners.ids.length > 0) return
    const next = await joinThroughOutage(member, options, stopping)
    if (next === undefined) return
    joined = next
    await takeUp(joined)
  }
  async function takeUp({ assignment, group }: Joined): Promise<void> {
    told = decodeAssignmentInfo(assignment.userData)
    if (told.shutdown !== undefined) return context.onFatal(shutdownRequested(applicationId, told.shutdown))
    const { active, standby, warmup } = told
    const gone = runners.all.filter(({ id, state }) => !active.includes(id) || state === 'fenced')
    await Promise.all([close(gone.map(({ id }) => id)), standbys.keep(standby)])
    await cleanUp(told)
    for (const id of active) if (runners.get(id) === undefined) runners.add(open(id))
    standbys.add(standby, warmup)
    logger.info({ applicationId, active, standby, generation: group.generation }, describe(told))
    probe.after(told.probeAfterMs)
    tellAnew(told)
  }
  /** Under a static identity a member that comes back is given what it had: the others still know its former endpoint. */
  function tellAnew({ members, memberId }: AssignmentInfo): void {
    const known = members.find((one) => one.memberId === memberId)
    if (known !== undefined && known.endpoint !== context.endpoint) member.requestRejoin()
  }
  function describe({ active, standby }: AssignmentInfo): string {
    const copies = standby.length === 0 ? '' : `, standbys of ${standby.join(', ')}`
    return `${applicationId}: assigned ${active.join(', ') || 'no tasks'}${copies}`
  }
  async function cleanUp({ active, standby, nearby }: AssignmentInfo): Promise<void> {
    cleanedAt = elapsed(clock)
    await local.cleanUp(new Set([...active, ...standby, ...nearby]))
  }
  function open(id: string): Runner {
    const [sub, partition] = id.split('_').map(Number) as [number, number]
    const { counters, globals, shared, onUncaught } = context
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
      onUncaught,
      onFenced: () => member.requestRejoin(),
    })
  }
  async function close(ids: readonly string[]): Promise<void> {
    const closing = ids.map((id) => runners.get(id)!)
    for (const { id, task } of closing) {
      runners.remove(id)
      if (task !== undefined && task.stores.all.size > 0) local.closed(id, offsetSum(task.stores, options.memoryStores))
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
    get standbys() {
      return standbys.open
    },
    maintain: async () => {
      if (told !== undefined && elapsed(clock) - cleanedAt >= options.stateCleanupDelayMs) await cleanUp(told)
    },
    closeAll: async () => {
      probe.stop()
      await Promise.all([close(runners.ids), standbys.close()])
    },
    requestShutdown: (reason) => {
      shutdown = reason
      member.requestRejoin()
    },
    leave: () => member.leave(),
  }
}
