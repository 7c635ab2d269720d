import type { TopicPartition } from '../../port'
import type { TransactionRequest } from '../inner'
import type { Reader, Request, Writer } from '../wire'
import { groupByTopic, type PartitionResult } from './grouped'

/** AddPartitionsToTxn v1, which says of each partition whether it was added; kafkajs gives the first error alone. */
export function addPartitionsRequest(
  producer: TransactionRequest,
  partitions: readonly TopicPartition[],
): Request<readonly PartitionResult[]> {
  return {
    apiKey: 24,
    apiName: 'AddPartitionsToTxn',
    apiVersion: 1,
    flexible: false,
    encode: (to) => {
      encodeProducer(to, producer)
      to.array(groupByTopic(partitions), ({ topic, items }) => {
        to.string(topic).array(items, ({ partition }) => to.int32(partition))
      })
    },
    decode: (from) => {
      from.int32() // throttled ms
      const topics = from.array(() => {
        const topic = from.string() ?? ''
        return from.array(() => ({ topic, partition: from.int32(), errorCode: from.int16() }))
      })
      return topics.flat()
    },
  }
}

/** AddOffsetsToTxn v1. Gives the error code. */
export function addOffsetsRequest(producer: TransactionRequest, groupId: string): Request<number> {
  return {
    apiKey: 25,
    apiName: 'AddOffsetsToTxn',
    apiVersion: 1,
    flexible: false,
    encode: (to) => void encodeProducer(to, producer).string(groupId),
    decode: decodeCode,
  }
}

/** EndTxn v1. Gives the error code. */
export function endTransactionRequest(producer: TransactionRequest, commit: boolean): Request<number> {
  return {
    apiKey: 26,
    apiName: 'EndTxn',
    apiVersion: 1,
    flexible: false,
    encode: (to) => void encodeProducer(to, producer).int8(commit ? 1 : 0),
    decode: decodeCode,
  }
}

function encodeProducer(to: Writer, { transactionalId, producerId, producerEpoch }: TransactionRequest): Writer {
  return to.string(transactionalId).int64(producerId).int16(producerEpoch)
}

function decodeCode(from: Reader): number {
  from.int32() // throttled ms
  return from.int16()
}
