import type { LogAdmin, TopicPartition } from '../../log/port'

/** The partitions of those of the topics that exist; none is created. */
export async function partitionsIn(admin: LogAdmin, topics: readonly string[]): Promise<readonly TopicPartition[]> {
  const described = await admin.describeTopics(topics)
  return topics.flatMap((topic) =>
    Array.from({ length: described.get(topic)?.partitions ?? 0 }, (_, partition) => ({ topic, partition })),
  )
}
