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
  append(topic: string, partition: number, record: OutputRecord & { readonly piped: boolean }): void
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
  const partitions = new Map<string, StoredRecord[]>()
  const topics = new Map<string, StoredRecord[]>()

  const append: DriverLog['append'] = (topic, partition, record) => {
    const records = listOf(partitions, `${topic}/${partition}`)
    const stored = Object.freeze({ ...record, partition, offset: records.length })
    records.push(stored)
    listOf(topics, topic).push(stored)
  }
  const end: DriverLog['end'] = ({ topic, partition }) => partitions.get(`${topic}/${partition}`)?.length ?? 0

  return {
    append,
    appendBatch: ({ topic, partition, records }) => {
      const baseOffset = end({ topic, partition })
      for (const { bytes } of records.seal(noProducer)) {
        for (const batch of decodeBatches(bytes)) {
          for (const record of batch.records) append(topic, partition, { ...copied(record), piped: false })
        }
      }
      return { topic, partition, baseOffset, nextOffset: end({ topic, partition }) }
    },
    read: ({ topic, partition }, from) => partitions.get(`${topic}/${partition}`)?.slice(from) ?? [],
    end,
    readTopic: (topic) => topics.get(topic) ?? [],
    get topics() {
      return [...topics.keys()]
    },
  }
}

function listOf<T>(lists: Map<string, T[]>, name: string): T[] {
  const known = lists.get(name)
  if (known !== undefined) return known
  const created: T[] = []
  lists.set(name, created)
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
    append: (topic, partition, record) => log.append(topic, partition, { ...record, piped: false }),
    drain: () => [],
    byteLength: 0,
  }
}
