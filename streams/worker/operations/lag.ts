import { inputTopics } from '../../graph/input-topics'
import type { Topology } from '../../graph/topology'
import type { Log, TopicPartition } from '../../log/port'
import { offsetAt, wholeRanges } from '../../log/read-range'
import { partitionsIn } from './partitions'

export interface PartitionLag extends TopicPartition {
  /** The offset from which the application would go on; undefined where it has committed none. */
  readonly committed: number | undefined
  /** The end as a read_committed reader sees it. */
  readonly end: number
  /** Records (control records included) between the two; without a commit all that the partition holds. */
  readonly lag: number
}

export interface ApplicationLag {
  readonly applicationId: string
  /** Of the consumer group, in Kafka's words (`Stable`, `Empty`, …); undefined where there is no such group. */
  readonly state: string | undefined
  readonly members: number
  readonly partitions: readonly PartitionLag[]
  readonly total: number
}

/** How far an application is behind on what it reads: source and repartition topics. @throws OutageError LOG_UNAVAILABLE */
export async function applicationLag(
  log: Log,
  topology: Topology,
  applicationId: string = topology.name,
): Promise<ApplicationLag> {
  const read = await partitionsIn(log.admin, inputTopics(topology.subTopologies, applicationId))
  const [ranges, committed, groups] = await Promise.all([
    wholeRanges(log, read),
    log.admin.committedOffsets(applicationId, read),
    log.admin.listGroups(),
  ])
  const group = groups.find(({ groupId }) => groupId === applicationId)
  const partitions = ranges.map(({ topic, partition, from, to }) => {
    const at = offsetAt(committed, { topic, partition })
    return { topic, partition, committed: at, end: to, lag: Math.max(0, to - (at ?? from)) }
  })
  const total = partitions.reduce((sum, { lag }) => sum + lag, 0)
  return { applicationId, state: group?.state, members: group?.members ?? 0, partitions, total }
}
