import type { AppendedBatch, LogRecord, OutgoingBatch, TopicPartition } from '../log/port'
import { decodeBatches, noProducer } from '../log/records'
import type { Output, OutputRecord } from '../tasks/output'

export interface StoredRecord extends LogRecord {
  readonly partition: number
  /** The test piped it, as opposed to the topology, which produced it. */
  readonly piped: boolean
}

/** The driver's topics: every record ever written, in memory and at once. */
export interface DriverLog {
  append(topic: string, partition: number, record: OutputRecord, piped: boolean): void
  /** Appends a sealed batch, as a commit produces the changelogs. */
  appendBatch(batch: OutgoingBatch): AppendedBatch
  read(partition: TopicPartition, from: number): readonly LogRecord[]
  end(partition: TopicPartition): number
  /** All records of a topic in the order in which they were written, over all partitions. */
  readTopic(topic: string): readonly StoredRecord[]
  /** In the order of their first record. */
  readonly topics: readonly string[]
}

export function driverLog(): DriverLog {
  const topics = new Map<string, StoredTopic>()

  const append: DriverLog['append'] = (topic, partition, { key, value, timestamp, headers }, piped) => {
    const { all, partitions } = topicOf(topics, topic)
    partitions[partition] ??= []
    const offset = partitions[partition].length
    const stored = { key, value, timestamp, headers, partition, offset, piped }
    partitions[partition].push(stored)
    all.push(stored)
  }
  const end: DriverLog['end'] = ({ topic, partition }) => topics.get(topic)?.partitions[partition]?.length ?? 0

  return {
    append,
    appendBatch: ({ topic, partition, records }) => {
      const baseOffset = end({ topic, partition })
      for (const { bytes } of records.seal(noProducer)) {
        for (const batch of decodeBatches(bytes)) {
          for (const record of batch.records) append(topic, partition, copied(record), false)
        }
      }
      return { topic, partition, baseOffset, nextOffset: end({ topic, partition }) }
    },
    read: ({ topic, partition }, from) => topics.get(topic)?.partitions[partition]?.slice(from) ?? [],
    end,
    readTopic: (topic) => topics.get(topic)?.all ?? [],
    get topics() {
      return [...topics.keys()]
    },
  }
}

interface StoredTopic {
  /** In the order in which they were written, over all partitions. */
  readonly all: StoredRecord[]
  readonly partitions: StoredRecord[][]
}

function topicOf(topics: Map<string, StoredTopic>, name: string): StoredTopic {
  const known = topics.get(name)
  if (known !== undefined) return known
  const created = { all: [], partitions: [] }
  topics.set(name, created)
  return created
}

/** Sealed batches are views of a buffer that is used again. */
function copied({ key, value, timestamp, headers }: LogRecord): OutputRecord {
  const copy = (bytes: Buffer | null) => (bytes === null ? null : Buffer.from(bytes))
  return {
    key: copy(key),
    value: copy(value),
    timestamp,
    headers: headers.map((header) => ({ key: header.key, value: copy(header.value) })),
  }
}

/** A task's output that hands each record over at once. */
export function directOutput(log: DriverLog): Output {
  return {
    append: (topic, partition, record) => log.append(topic, partition, record, false),
    drain: () => [],
    byteLength: 0,
  }
}
