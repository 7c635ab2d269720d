import { MillraceError } from '../../errors'
import { repartitionTopics, sourceTopics } from '../../graph/input-topics'
import { changelogTopic } from '../../graph/names'
import type { Topology } from '../../graph/topology'
import type { Log, PartitionOffset, TopicPartition } from '../../log/port'
import { offsetAt } from '../../log/read-range'
import type { StateDirectory } from '../../stores/backend'
import { partitionsIn } from './partitions'

/** Where an application begins to read again; a timestamp in ms. */
export type ResetTo = 'earliest' | 'latest' | { readonly timestamp: number }

export interface ResetOptions {
  /** Default: the topology's name. */
  readonly applicationId?: string
  /** Default `earliest`. */
  readonly to?: ResetTo
}

export interface OffsetReset extends TopicPartition {
  readonly from: number | undefined
  readonly to: number
}

/** All that a reset would change. */
export interface ResetPlan {
  readonly applicationId: string
  /** Members of the group; a reset is refused while there are any. */
  readonly members: number
  readonly offsets: readonly OffsetReset[]
  /** Internal topics: changelogs, repartition topics, the fingerprint. */
  readonly deleteTopics: readonly string[]
  /** Tasks whose local state goes. */
  readonly wipeTasks: readonly string[]
}

/**
 * What it takes to let an application begin anew (Kafka's `kafka-streams-application-reset`): its source topics are read
 * from `to` on, its internal topics and its local state are gone. Other machines' state directories have to be reset there.
 * Reads only.
 */
export async function planReset(
  log: Log,
  topology: Topology,
  state: StateDirectory | undefined,
  options: ResetOptions = {},
): Promise<ResetPlan> {
  const { applicationId = topology.name, to = 'earliest' } = options
  const { admin } = log
  const sources = await partitionsIn(admin, sourceTopics(topology.subTopologies))
  const [targets, committed, groups, existing, wipeTasks] = await Promise.all([
    admin.offsets(sources, to),
    admin.committedOffsets(applicationId, sources),
    admin.listGroups(),
    admin.listTopics(),
    state?.tasks() ?? [],
  ])
  const internal = new Set(internalTopics(topology, applicationId))
  return {
    applicationId,
    members: groups.find(({ groupId }) => groupId === applicationId)?.members ?? 0,
    offsets: targets.map((target) => ({
      topic: target.topic,
      partition: target.partition,
      from: offsetAt(committed, target),
      to: target.offset,
    })),
    deleteTopics: existing.filter((topic) => internal.has(topic)).sort(),
    wipeTasks,
  }
}

/** By their names, not by a prefix, which another application's name may begin with. */
function internalTopics(topology: Topology, applicationId: string): readonly string[] {
  const changelogs = topology.subTopologies.flatMap(({ stores }) =>
    stores.map(({ name }) => changelogTopic(applicationId, name)),
  )
  return [...changelogs, ...repartitionTopics(topology.subTopologies, applicationId), `${applicationId}-fingerprint`]
}

/**
 * Does what the plan says; what was done before an error is done, and a second reset does the rest.
 * @throws MillraceError GROUP_ACTIVE: the application runs; STATE_LOCKED: a process has the state in use; nothing is changed
 *   by either. OutageError LOG_UNAVAILABLE
 */
export async function executeReset(log: Log, state: StateDirectory | undefined, plan: ResetPlan): Promise<void> {
  refuseWhileRunning(plan)
  // Local state first: what is left of it, with the changelogs gone, would be taken for true.
  for (const task of plan.wipeTasks) await state?.wipe(task)
  await state?.note?.remove()
  const repartitions = (await partitionsIn(log.admin, plan.deleteTopics)).map((of) => ({ ...of, offset: 0 }))
  const offsets: readonly PartitionOffset[] = plan.offsets.map(({ topic, partition, to }) => ({
    topic,
    partition,
    offset: to,
  }))
  await log.admin.setOffsets(plan.applicationId, [...offsets, ...repartitions])
  await log.admin.deleteTopics(plan.deleteTopics)
}

function refuseWhileRunning({ applicationId, members }: ResetPlan): void {
  if (members === 0) return
  throw new MillraceError(
    'GROUP_ACTIVE',
    `${applicationId} has ${members} ${members === 1 ? 'member' : 'members'}: stop all its workers first, and wait until the session timeout has passed for those that were killed`,
    { details: { applicationId, members } },
  )
}
