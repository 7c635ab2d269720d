import { MillraceError } from '../../errors'
import { repartitionTopic } from '../../graph/names'
import { type PartitionPlan, planPartitions } from '../../graph/partitions'
import type { Topology } from '../../graph/topology'
import type { LogAdmin, TopicPartition } from '../../log/port'

/** Topics that a topology reads and has not made itself. */
export function sourceTopics(topology: Topology): readonly string[] {
  return unique(topology.subTopologies.flatMap((sub) => sub.sources.map(({ topic }) => topic.name)))
}

/** Repartition topics that a topology reads what it has written from. */
export function repartitionTopics(topology: Topology, applicationId: string): readonly string[] {
  const names = topology.subTopologies.flatMap((sub) => sub.repartitionSources.map(({ spec }) => spec.repartition))
  return unique(names.map((name) => repartitionTopic(applicationId, name)))
}

/** The partitions of those topics that exist; without creating any. */
export async function partitionsIn(admin: LogAdmin, topics: readonly string[]): Promise<readonly TopicPartition[]> {
  const described = await admin.describeTopics(topics)
  return topics.flatMap((topic) =>
    Array.from({ length: described.get(topic)?.partitions ?? 0 }, (_, partition) => ({ topic, partition })),
  )
}

/** The internal topics as a worker would lay them out over the source topics as they are. @throws MillraceError TOPIC_MISSING */
export async function plannedPartitions(
  topology: Topology,
  applicationId: string,
  admin: LogAdmin,
): Promise<PartitionPlan> {
  const described = await admin.describeTopics(sourceTopics(topology))
  return planPartitions(topology, applicationId, (topic) => {
    const found = described.get(topic)
    if (found !== undefined) return found.partitions
    throw new MillraceError('TOPIC_MISSING', `source topic ${topic} does not exist`, { details: { topic } })
  })
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
