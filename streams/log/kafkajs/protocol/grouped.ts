import type { TopicPartition } from '../../port'

/** What tells one partition from another, as a key. */
export const placeOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`

/** Kafka's requests list partitions under their topic. */
export interface ByTopic<T> {
  readonly topic: string
  readonly items: readonly T[]
}

/** Groups by topic, in the order in which the topics first appear. */
export function groupByTopic<T extends TopicPartition>(partitions: readonly T[]): readonly ByTopic<T>[] {
  const groups = new Map<string, T[]>()
  for (const item of partitions) {
    const group = groups.get(item.topic)
    if (group === undefined) groups.set(item.topic, [item])
    else group.push(item)
  }
  return Array.from(groups, ([topic, items]) => ({ topic, items }))
}

export interface PartitionResult extends TopicPartition {
  readonly errorCode: number
}
