import type { IsolationLevel, TopicPartition } from '../../port'
import type { Request } from '../wire'
import { groupByTopic, type PartitionResult } from './grouped'

export interface FetchPart extends TopicPartition {
  readonly fetchOffset: number
}

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface FetchResult extends PartitionResult {
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly aborted: readonly AbortedTransaction[]
  /** A run of record batches; the last one may be cut short. */
  readonly bytes: Buffer
}

export interface FetchResponse {
  readonly errorCode: number
  readonly partitions: readonly FetchResult[]
}

export interface FetchOptions {
  readonly isolation: IsolationLevel
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly maxBytesPerPartition: number
}

/** Fetch v11, without a fetch session: each request names all it wants. The records stay bytes. */
export function fetchRequest(parts: readonly FetchPart[], options: FetchOptions): Request<FetchResponse> {
  return {
    apiKey: 1,
    apiName: 'Fetch',
    apiVersion: 11,
    flexible: false,
    encode: (to) => {
      to.int32(-1).int32(options.maxWaitMs).int32(1).int32(options.maxBytes) // replica, wait, min and max bytes
      to.int8(options.isolation === 'read_committed' ? 1 : 0)
      to.int32(0).int32(-1) // no session
      to.array(groupByTopic(parts), ({ topic, items }) => {
        to.string(topic).array(items, ({ partition, fetchOffset }) => {
          to.int32(partition).int32(-1).int64(fetchOffset) // leader epoch: not checked
          to.int64(-1).int32(options.maxBytesPerPartition) // start of the log: for followers
        })
      })
      to.array([], () => undefined) // nothing forgotten
      to.string('') // rack
    },
    decode: (from) => {
      from.int32() // throttled ms
      const errorCode = from.int16()
      from.int32() // session
      const topics = from.array(() => {
        const topic = from.string() ?? ''
        return from.array(() => {
          const partition = { topic, partition: from.int32(), errorCode: from.int16() }
          const highWatermark = from.int64()
          const lastStableOffset = from.int64()
          from.int64() // start of the log
          const aborted = from.array(() => ({ producerId: from.int64(), firstOffset: from.int64() }))
          from.int32() // a closer replica
          return { ...partition, highWatermark, lastStableOffset, aborted, bytes: from.bytes() }
        })
      })
      return { errorCode, partitions: topics.flat() }
    },
  }
}
