import type { TopicPartition } from '../../port'
import type { TransactionRequest } from '../inner'
import type { Reader, Request } from '../wire'
import { groupByTopic, type PartitionResult } from './grouped'

/** AddPartitionsToTxn v3, which says of each partition whether it was added. kafkajs gives the first error alone. */
export function addPartitionsRequest(
  producer: TransactionRequest,
  partitions: readonly TopicPartition[],
): Request<readonly PartitionResult[]> {
  return {
    apiKey: 24,
    apiName: 'AddPartitionsToTxn',
    apiVersion: 3,
    flexible: true,
    encode: (to) => {
      to.compactString(producer.transactionalId).int64(producer.producerId).int16(producer.producerEpoch)
      to.compactArray(groupByTopic(partitions), ({ topic, items }) => {
        to.compactString(topic)
        to.compactArray(items, ({ partition }) => to.int32(partition)).tags()
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
      return topics.flat()
    },
  }
}

/** AddOffsetsToTxn v3. Gives the error code. */
export function addOffsetsRequest(producer: TransactionRequest, groupId: string): Request<number> {
  return {
    apiKey: 25,
    apiName: 'AddOffsetsToTxn',
    apiVersion: 3,
    flexible: true,
    encode: (to) => {
      to.compactString(producer.transactionalId).int64(producer.producerId).int16(producer.producerEpoch)
      to.compactString(groupId).tags()
    },
    decode: decodeCode,
  }
}

/** EndTxn v3. Gives the error code. */
export function endTransactionRequest(producer: TransactionRequest, commit: boolean): Request<number> {
  return {
    apiKey: 26,
    apiName: 'EndTxn',
    apiVersion: 3,
    flexible: true,
    encode: (to) => {
      to.compactString(producer.transactionalId).int64(producer.producerId).int16(producer.producerEpoch)
      to.int8(commit ? 1 : 0).tags()
    },
    decode: decodeCode,
  }
}

function decodeCode(from: Reader): number {
  from.int32() // throttled ms
  return from.int16()
}
