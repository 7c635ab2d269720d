import type { TopicPartition } from '../../port'
import type { Request } from '../wire'
import { groupByTopic, type PartitionResult } from './grouped'

export interface ProducePart extends TopicPartition {
  /** One sealed record batch: the broker takes no more per partition and request. */
  readonly batch: Buffer
}

export interface ProduceResult extends PartitionResult {
  /** -1 where the broker no longer knows. */
  readonly baseOffset: number
  readonly message: string | null
}

export interface ProduceOptions {
  readonly transactionalId: string | null
  /** How long the leader waits for the in-sync replicas. */
  readonly timeoutMs: number
}

const headroom = 1024

/** Produce v8, acknowledged by all in-sync replicas. */
export function produceRequest(parts: readonly ProducePart[], options: ProduceOptions): Request<ProduceResult[]> {
  return {
    apiKey: 0,
    apiName: 'Produce',
    apiVersion: 8,
    flexible: false,
    capacity: parts.reduce(
      (sum, { topic, batch }) => sum + Math.min(batch.length, 4096) + topic.length * 3 + 16,
      headroom,
    ),
    encode: (to) => {
      to.string(options.transactionalId).int16(-1).int32(options.timeoutMs)
      to.array(groupByTopic(parts), ({ topic, items }) => {
        to.string(topic).array(items, ({ partition, batch }) => to.int32(partition).bytes(batch))
      })
    },
    decode: (from) => {
      const topics = from.array(() => {
        const topic = from.string() ?? ''
        return from.array(() => {
          const result = { topic, partition: from.int32(), errorCode: from.int16(), baseOffset: from.int64() }
          from.int64() // append time
          from.int64() // start of the log
          const records = from.array(() => {
            from.int32() // which record
            return from.string()
          })
          return { ...result, message: from.string() ?? records[0] ?? null }
        })
      })
      return topics.flat()
    },
  }
}
