import type { Request } from '../wire'

export interface NodeAddress {
  readonly id: number
  readonly host: string
  readonly port: number
}

export interface PartitionMetadata {
  readonly partition: number
  /** -1 while none is elected. */
  readonly leader: number
}

export interface TopicMetadata {
  readonly errorCode: number
  readonly name: string
  readonly internal: boolean
  /** By number: the partition 2 stands at index 2. */
  readonly partitions: readonly PartitionMetadata[]
}

export interface Metadata {
  readonly nodes: readonly NodeAddress[]
  readonly controller: number
  readonly topics: readonly TopicMetadata[]
}

/**
 * Metadata v5, for the given topics or (null) for all. kafkajs's own throws away the whole answer when a single
 * partition of a single topic has no leader.
 */
export function metadataRequest(topics: readonly string[] | null): Request<Metadata> {
  return {
    apiKey: 3,
    apiName: 'Metadata',
    apiVersion: 5,
    flexible: false,
    encode: (to) => void to.array(topics, (topic) => to.string(topic)).int8(0),
    decode: (from) => {
      from.int32() // throttled ms
      const nodes = from.array(() => {
        const node = { id: from.int32(), host: from.string() ?? '', port: from.int32() }
        from.string() // rack
        return node
      })
      from.string() // cluster id
      const controller = from.int32()
      const topics = from.array(() => {
        const topic = { errorCode: from.int16(), name: from.string() ?? '', internal: from.int8() !== 0 }
        const partitions = from.array(() => {
          from.int16() // The leader says it all: it is -1 where there is none.
          const partition = { partition: from.int32(), leader: from.int32() }
          for (let list = 0; list < 3; list++) from.array(() => from.int32()) // replicas, in sync, offline
          return partition
        })
        return { ...topic, partitions: partitions.sort((one, other) => one.partition - other.partition) }
      })
      return { nodes, controller, topics }
    },
  }
}
