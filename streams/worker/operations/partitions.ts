import { repartitionTopic } from '../../graph/names'
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

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
