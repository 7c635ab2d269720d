import type { LogAdmin, TopicDescription } from '../port'
import type { Decisions } from './decisions'
import type { Groups } from './groups'
import type { PartitionLog } from './partition'
import type { Topics } from './topics'

export interface AdminOptions {
  readonly topics: Topics
  readonly decisions: Decisions
  readonly groups: Groups
}

export function openAdmin({ topics, decisions, groups }: AdminOptions): LogAdmin {
  return {
    async listTopics() {
      return topics.names()
    },
    async describeTopics(names) {
      const described = new Map<string, TopicDescription>()
      for (const name of names) {
        const description = topics.describe(name)
        if (description !== undefined) described.set(name, description)
      }
      return described
    },
    async createTopics(specs) {
      for (const spec of specs) topics.create(spec)
    },
    async deleteTopics(names) {
      for (const name of names) {
        if (topics.describe(name) === undefined) continue
        topics.delete(name)
        decisions.deleteTopic(name)
      }
    },
    async offsets(partitions, at) {
      return partitions.map(({ topic, partition }) => {
        const log = topics.partition({ topic, partition })
        return { topic, partition, offset: offsetAt(log, at) }
      })
    },
    async committedOffsets(groupId, partitions) {
      const committed = decisions.offsetsOf(groupId)
      return partitions.flatMap(({ topic, partition }) => committed.get(`${topic}/${partition}`) ?? [])
    },
    async listGroups() {
      return [...new Set([...decisions.groups(), ...groups.inUse()])].map((groupId) => groups.describe(groupId))
    },
    async setOffsets(groupId, offsets) {
      groups.assertEmpty(groupId)
      decisions.setOffsets(groupId, offsets)
    },
    async deleteGroup(groupId) {
      groups.assertEmpty(groupId)
      decisions.deleteGroup(groupId)
    },
  }
}

function offsetAt(log: PartitionLog, at: Parameters<LogAdmin['offsets']>[1]): number {
  if (at === 'earliest') return log.startOffset
  return at === 'latest' ? log.stableOffset : log.offsetAt(at.timestamp)
}
