import { elapsed } from '../../clock'
import type { LogAdmin, PartitionOffset, TopicDescription, TopicPartition, TopicSpec } from '../port'
import type { Client, Shared } from './client'
import { kafkaError } from './errors'
import { explained, onTopics } from './needs'
import { topicConfigsRequest } from './protocol/configs'
import type { TopicMetadata } from './protocol/metadata'
import { listOffsetsRequest } from './protocol/offsets'
import { createTopicsRequest, deleteTopicsRequest, type TopicResult } from './protocol/topics'

type TopicAdmin = Pick<LogAdmin, 'listTopics' | 'describeTopics' | 'createTopics' | 'deleteTopics' | 'offsets'>

const UNKNOWN_TOPIC = 3
const REQUEST_TIMED_OUT = 7
const TOPIC_EXISTS = 36
const TOPIC_AUTHORIZATION_FAILED = 29
/** What those that are created when they are missing need. */
const TO_CREATE = 'CREATE and DESCRIBE'
const EARLIEST = -2
const LATEST = -1
const MAX_POLL_MS = 50

export function createTopicAdmin(client: Client, { directory, outageAfterMs, settings }: Shared): TopicAdmin {
  const { clock, requestTimeoutMs } = settings

  /** Those that exist. @throws what else is wrong with one */
  async function existing(names: readonly string[], operation = 'DESCRIBE'): Promise<readonly TopicMetadata[]> {
    if (names.length === 0) return []
    const what = `describing ${names.join(', ')}`
    await client.ask({ to: 'any' }, what, () => directory.refresh(names))
    return names.flatMap((name) => {
      const topic = directory.topic(name)
      if (topic === undefined || topic.errorCode === UNKNOWN_TOPIC) return []
      // A topic without leaders exists all the same.
      if (topic.errorCode !== 0 && topic.partitions.length === 0) throw failure(what, operation, topic)
      return [topic]
    })
  }
  async function missingOf(specs: readonly TopicSpec[]): Promise<readonly TopicSpec[]> {
    const names = specs.map(({ name }) => name)
    const there = new Set((await existing(names, TO_CREATE)).map(({ name }) => name))
    return specs.filter(({ name }) => !there.has(name))
  }
  function failure(
    what: string,
    operation: string,
    { name, errorCode, message }: Omit<TopicResult, 'message'> & { message?: string | null },
  ) {
    const error = kafkaError(errorCode, { what, said: message ?? null, details: { topic: name } })
    return explained(error, { topic: onTopics(operation, [name]) })
  }
  /** @throws OutageError LOG_UNAVAILABLE when it is not so after the deadline */
  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = elapsed(clock) + outageAfterMs
    for (let asked = 0; !(await isSo()); asked += 1) {
      if (elapsed(clock) > deadline) throw kafkaError(REQUEST_TIMED_OUT, { what })
      await client.pause(Math.min(2 ** asked, MAX_POLL_MS))
    }
  }
  /** Empty where they may not be read, as is usual for topics of others. */
  async function configsOf(names: readonly string[]): Promise<ReadonlyMap<string, TopicDescription['config']>> {
    const what = `reading the configuration of ${names.join(', ')}`
    return client.ask({ to: 'any' }, what, async (link) => {
      const found = await link.request(topicConfigsRequest(names))
      const failed = found.find(({ errorCode }) => errorCode !== 0 && errorCode !== TOPIC_AUTHORIZATION_FAILED)
      if (failed !== undefined) throw failure(what, 'DESCRIBE_CONFIGS', failed)
      return new Map(found.map(({ name, config }) => [name, config]))
    })
  }
  async function offsetAt(of: TopicPartition, timestamp: number): Promise<number> {
    const what = `looking for an offset of ${of.topic}-${of.partition}`
    return client.ask(
      { to: 'leader', of },
      what,
      async (link) => {
        const query = { partitions: [of], timestamp, isolation: 'read_committed' } as const
        const [found] = await link.request(listOffsetsRequest(query))
        if (found?.errorCode === 0) return found.offset
        throw kafkaError(found?.errorCode ?? -1, { what, details: { topic: of.topic, partition: of.partition } })
      },
      { needs: { topic: onTopics('DESCRIBE', [of.topic]) } },
    )
  }
  async function offsetFrom(of: TopicPartition, timestamp: number): Promise<number> {
    const found = await offsetAt(of, timestamp)
    return found >= 0 ? found : offsetAt(of, LATEST)
  }

  return {
    async listTopics() {
      const topics = await client.ask({ to: 'any' }, 'listing topics', () => directory.allTopics())
      return topics.filter(({ internal }) => !internal).map(({ name }) => name)
    },
    async describeTopics(names, { config, toCreate = false } = { config: true }) {
      const topics = await existing(names, toCreate ? TO_CREATE : 'DESCRIBE')
      const configs = !config || topics.length === 0 ? new Map() : await configsOf(topics.map(({ name }) => name))
      return new Map(
        topics.map(({ name, partitions }) => [
          name,
          { name, partitions: partitions.length, config: configs.get(name) ?? {} },
        ]),
      )
    },
    async createTopics(specs, options) {
      const missing = options?.missing === true ? specs : await missingOf(specs)
      if (missing.length === 0) return
      const names = missing.map(({ name }) => name)
      const what = `creating ${names.join(', ')}`
      await client.ask({ to: 'controller' }, what, async (link) => {
        for (const result of await link.request(createTopicsRequest(missing, requestTimeoutMs), requestTimeoutMs)) {
          if (result.errorCode !== 0 && result.errorCode !== TOPIC_EXISTS) throw failure(what, 'CREATE', result)
        }
      })
      await until(what, async () => {
        const created = await existing(names)
        return created.length === names.length && created.every((topic) => isLed(topic))
      })
    },
    async deleteTopics(names) {
      if (names.length === 0) return
      const what = `deleting ${names.join(', ')}`
      await client.ask({ to: 'controller' }, what, async (link) => {
        for (const result of await link.request(deleteTopicsRequest(names, requestTimeoutMs), requestTimeoutMs)) {
          if (result.errorCode !== 0 && result.errorCode !== UNKNOWN_TOPIC) throw failure(what, 'DELETE', result)
        }
      })
      await until(what, async () => (await existing(names)).length === 0)
    },
    offsets(partitions, at) {
      const find = at === 'earliest' ? EARLIEST : at === 'latest' ? LATEST : at.timestamp
      const locate = async ({ topic, partition }: TopicPartition): Promise<PartitionOffset> => {
        const offset = await (find < 0 ? offsetAt : offsetFrom)({ topic, partition }, find)
        return { topic, partition, offset }
      }
      return Promise.all(partitions.map(locate))
    },
  }
}

function isLed({ errorCode, partitions }: TopicMetadata): boolean {
  return errorCode === 0 && partitions.every(({ leader }) => leader >= 0)
}
