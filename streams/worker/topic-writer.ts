import type { Clock } from '../clock'
import { MillraceError } from '../errors'
import { partitionFor } from '../log/partitioner'
import type { Header, Log, LogProducer, OutgoingBatch } from '../log/port'
import { type RecordsBuffer, recordsBuffer } from '../log/records'
import type { SchemaRegistry } from '../registry/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import type { OpenSerde } from '../serdes/serde'
import type { Topic } from '../topics'

export interface Written {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export interface WriteOptions {
  /** ms. Default: the clock's now. */
  readonly timestamp?: number
  readonly headers?: readonly Header[]
}

/** Writes single records of one topic from outside a topology, as many to a batch as wait while the last one is under way. */
export interface TopicWriter<K, V> {
  /** Resolves when the record is acknowledged. @throws TerminalError SERIALIZATION_FAILED, RECORD_TOO_LARGE; OutageError LOG_UNAVAILABLE */
  write(key: K, value: V | null, options?: WriteOptions): Promise<Written>
  /** After what was written has been acknowledged or refused. */
  close(): Promise<void>
}

export interface TopicWriterOptions<K, V> {
  readonly log: Log
  readonly topic: Topic<K, V>
  readonly clientId: string
  readonly clock: Clock
  readonly registry?: SchemaRegistry
  /** What is sealed is sent only after its keys are kept. */
  readonly personalKeys?: PersonalKeys
}

interface Waiting {
  readonly partition: number
  readonly index: number
  resolve(written: Written): void
  reject(error: unknown): void
}

/** @throws MillraceError TOPIC_MISSING; OutageError LOG_UNAVAILABLE, REGISTRY_UNAVAILABLE */
export async function openTopicWriter<K, V>(options: TopicWriterOptions<K, V>): Promise<TopicWriter<K, V>> {
  const { log, topic, clock, registry, personalKeys, clientId } = options
  const key = topic.key.open({ topic: topic.name, role: 'key', registry, personalKeys })
  const value = topic.value.open({ topic: topic.name, role: 'value', registry, personalKeys })
  await Promise.all([key.ready, value.ready])
  const described = (await log.admin.describeTopics([topic.name])).get(topic.name)
  if (described === undefined) throw new MillraceError('TOPIC_MISSING', `topic ${topic.name} does not exist`)
  const producer = await log.producer({ clientId })
  const { partitions } = described
  return topicWriter({ topic: topic.name, partitions, key, value, producer, personalKeys, now: clock.now })
}

interface OpenTopic<K, V> {
  readonly topic: string
  readonly partitions: number
  readonly key: OpenSerde<K>
  readonly value: OpenSerde<V>
  readonly producer: LogProducer
  readonly personalKeys?: PersonalKeys
  now(): number
}

function topicWriter<K, V>(opened: OpenTopic<K, V>): TopicWriter<K, V> {
  const { topic, partitions, key, value, producer, personalKeys, now } = opened
  let buffers = new Map<number, RecordsBuffer>()
  let waiting: Waiting[] = []
  let sending: Promise<void> | undefined
  let closed = false
  let next = 0

  /** What gathers while a batch is under way makes the next batch: no timer, and no wait when idle. */
  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batches = [...buffers].map(([partition, records]): OutgoingBatch => ({ topic, partition, records }))
      const answered = waiting
      buffers = new Map()
      waiting = []
      await send(batches, answered)
    }
    sending = undefined
  }
  async function send(batches: readonly OutgoingBatch[], answered: readonly Waiting[]): Promise<void> {
    try {
      await personalKeys?.flush()
      const appended = new Map(
        (await producer.send(batches)).map(({ partition, baseOffset }) => [partition, baseOffset]),
      )
      for (const { partition, index, resolve } of answered)
        resolve({ topic, partition, offset: appended.get(partition)! + index })
    } catch (error) {
      for (const { reject } of answered) reject(error)
    }
  }
  const partitionOf = (bytes: Buffer | null): number =>
    bytes === null ? next++ % partitions : partitionFor(bytes, partitions)

  return {
    write: (recordKey, recordValue, { timestamp = now(), headers = [] } = {}) =>
      new Promise((resolve, reject) => {
        if (closed) throw new MillraceError('CLOSED', `the writer of topic ${topic} is closed`)
        const keyBytes = key.encode(recordKey)
        const valueBytes = recordValue === null ? null : value.encode(recordValue)
        const partition = partitionOf(keyBytes)
        const records = buffers.get(partition) ?? recordsBuffer()
        buffers.set(partition, records)
        records.append(keyBytes, valueBytes, timestamp, headers)
        waiting.push({ partition, index: records.count - 1, resolve, reject })
        sending ??= Promise.resolve().then(sendAll)
      }),
    close: async () => {
      closed = true
      await sending
      await producer.close()
    },
  }
}
