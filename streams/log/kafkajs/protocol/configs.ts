import type { Request } from '../wire'

export interface TopicConfig {
  readonly name: string
  readonly errorCode: number
  readonly message: string | null
  readonly config: Readonly<Record<string, string>>
}

const TOPIC_RESOURCE = 2

/** DescribeConfigs v1 for topics. kafkajs's fails as a whole where a single topic may not be looked at. */
export function topicConfigsRequest(topics: readonly string[]): Request<readonly TopicConfig[]> {
  return {
    apiKey: 32,
    apiName: 'DescribeConfigs',
    apiVersion: 1,
    flexible: false,
    encode: (to) => {
      to.array(topics, (topic) =>
        to
          .int8(TOPIC_RESOURCE)
          .string(topic)
          .array<string>(null, () => undefined),
      )
      to.int8(0) // without synonyms
    },
    decode: (from) => {
      from.int32() // throttled ms
      return from.array(() => {
        const [errorCode, message] = [from.int16(), from.string()]
        from.int8() // a topic, as asked
        const name = from.string() ?? ''
        const entries = from.array(() => {
          const entry = [from.string() ?? '', from.string() ?? ''] as const
          for (let flag = 0; flag < 3; flag++) from.int8() // read-only, source, sensitive
          from.array(() => [from.string(), from.string(), from.int8()]) // synonyms
          return entry
        })
        return { name, errorCode, message, config: Object.fromEntries(entries) }
      })
    },
  }
}
