import type { TopicSpec } from '../../port'
import type { Request } from '../wire'

export interface TopicResult {
  readonly name: string
  readonly errorCode: number
  readonly message: string | null
}

/** CreateTopics v4, the first in which -1 replicas stand for the broker's default. kafkajs's v3 loses the message. */
export function createTopicsRequest(specs: readonly TopicSpec[], timeoutMs: number): Request<readonly TopicResult[]> {
  return {
    apiKey: 19,
    apiName: 'CreateTopics',
    apiVersion: 4,
    flexible: false,
    encode: (to) => {
      to.array(specs, ({ name, partitions, replicationFactor = -1, config = {} }) => {
        to.string(name).int32(partitions).int16(replicationFactor)
        to.array([], () => undefined) // no replica is placed by hand
        to.array(Object.entries(config), ([key, value]) => to.string(key).string(value))
      })
      to.int32(timeoutMs).int8(0)
    },
    decode: (from) => {
      from.int32() // throttled ms
      return from.array(() => ({ name: from.string() ?? '', errorCode: from.int16(), message: from.string() }))
    },
  }
}

/** DeleteTopics v3; kafkajs's names no topic in its error. */
export function deleteTopicsRequest(names: readonly string[], timeoutMs: number): Request<readonly TopicResult[]> {
  return {
    apiKey: 20,
    apiName: 'DeleteTopics',
    apiVersion: 3,
    flexible: false,
    encode: (to) => void to.array(names, (name) => to.string(name)).int32(timeoutMs),
    decode: (from) => {
      from.int32() // throttled ms
      return from.array(() => ({ name: from.string() ?? '', errorCode: from.int16(), message: null }))
    },
  }
}
