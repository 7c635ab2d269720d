import type { GroupMetadata, IsolationLevel, PartitionOffset, TopicPartition } from '../../port'
import type { Request } from '../wire'
import { groupByTopic, type PartitionResult } from './grouped'

export interface OffsetResult extends PartitionResult {
  /** -1 where there is none. */
  readonly offset: number
}

export interface ListOffsetsQuery {
  readonly partitions: readonly TopicPartition[]
  /** ms; -1 for the end, -2 for the beginning. */
  readonly timestamp: number
  readonly isolation: IsolationLevel
}

/** ListOffsets v3. */
export function listOffsetsRequest({ partitions, timestamp, isolation }: ListOffsetsQuery): Request<OffsetResult[]> {
  return {
    apiKey: 2,
    apiName: 'ListOffsets',
    apiVersion: 3,
    flexible: false,
    encode: (to) => {
      to.int32(-1).int8(isolation === 'read_committed' ? 1 : 0)
      to.array(groupByTopic(partitions), ({ topic, items }) => {
        to.string(topic).array(items, ({ partition }) => to.int32(partition).int64(timestamp))
      })
    },
    decode: (from) => {
      from.int32() // throttled ms
      const topics = from.array(() => {
        const topic = from.string() ?? ''
        return from.array(() => {
          const result = { topic, partition: from.int32(), errorCode: from.int16() }
          from.int64() // the timestamp found
          return { ...result, offset: from.int64() }
        })
      })
      return topics.flat()
    },
  }
}

export interface OffsetFetchResult {
  readonly errorCode: number
  readonly partitions: readonly (OffsetResult & { readonly metadata: string })[]
}

/** OffsetFetch v7, the first that can refuse to look past a pending transaction (KIP-447). kafkajs stops at v4. */
export function offsetFetchRequest(groupId: string, partitions: readonly TopicPartition[]): Request<OffsetFetchResult> {
  return {
    apiKey: 9,
    apiName: 'OffsetFetch',
    apiVersion: 7,
    flexible: true,
    encode: (to) => {
      to.compactString(groupId)
      to.compactArray(groupByTopic(partitions), ({ topic, items }) => {
        to.compactString(topic)
          .compactArray(items, ({ partition }) => to.int32(partition))
          .tags()
      })
      to.int8(1).tags() // require stable
    },
    decode: (from) => {
      from.int32() // throttled ms
      const topics = from.compactArray(() => {
        const topic = from.compactString() ?? ''
        const results = from.compactArray(() => {
          const found = { topic, partition: from.int32(), offset: from.int64() }
          from.int32() // leader epoch
          const metadata = from.compactString() ?? ''
          const result = { ...found, metadata, errorCode: from.int16() }
          from.tags()
          return result
        })
        from.tags()
        return results
      })
      const errorCode = from.int16()
      from.tags()
      return { errorCode, partitions: topics.flat() }
    },
  }
}

export interface TxnOffsetCommit {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly group: GroupMetadata
  readonly offsets: readonly PartitionOffset[]
}

/** TxnOffsetCommit v3, the first with which a stale member is refused (KIP-447). kafkajs stops at v1. */
export function txnOffsetCommitRequest(commit: TxnOffsetCommit): Request<readonly PartitionResult[]> {
  const { transactionalId, producerId, producerEpoch, group, offsets } = commit
  return {
    apiKey: 28,
    apiName: 'TxnOffsetCommit',
    apiVersion: 3,
    flexible: true,
    encode: (to) => {
      to.compactString(transactionalId).compactString(group.groupId).int64(producerId).int16(producerEpoch)
      to.int32(group.generation).compactString(group.memberId).compactString(null) // no static member
      to.compactArray(groupByTopic(offsets), ({ topic, items }) => {
        to.compactString(topic)
        to.compactArray(items, ({ partition, offset, metadata = '' }) => {
          to.int32(partition).int64(offset).int32(-1).compactString(metadata).tags() // leader epoch
        })
        to.tags()
      })
      to.tags()
    },
    decode: (from) => {
      from.int32() // throttled ms
      const topics = from.compactArray(() => {
        const topic = from.compactString() ?? ''
        const results = from.compactArray(() => {
          const result = { topic, partition: from.int32(), errorCode: from.int16() }
          from.tags()
          return result
        })
        from.tags()
        return results
      })
      from.tags()
      return topics.flat()
    },
  }
}
