import type { FetchedBatch, LogRecord, TopicPartition } from '../log/port'
import type { Output, OutputRecord } from '../tasks/output'

export interface StoredRecord extends LogRecord {
  readonly partition: number
  /** The test piped it, as opposed to the topology, which produced it. */
  readonly piped: boolean
}

/** The driver's topics: every record ever written, in memory and at once. */
export interface DriverLog {
  append(topic: string, partition: number, record: OutputRecord, piped: boolean): void
  /** The records of one partition, by their offsets. It grows as more are written. */
  partition(topic: string, partition: number): readonly LogRecord[]
  /** All records of a topic in the order in which they were written, over all partitions. It grows as well. */
  topic(name: string): readonly StoredRecord[]
  /** Those that have a record, in the order of their first one. */
  readonly topics: readonly string[]
}

interface StoredTopic {
  /** In the order in which they were written, over all partitions. */
  readonly all: StoredRecord[]
  readonly partitions: StoredRecord[][]
}

export function driverLog(): DriverLog {
  const byName = new Map<string, StoredTopic>()
  const written: string[] = []

  const open = (name: string): StoredTopic => {
    const opened: StoredTopic = { all: [], partitions: [] }
    byName.set(name, opened)
    return opened
  }
  const topicOf = (name: string): StoredTopic => byName.get(name) ?? open(name)
  const partitionOf = ({ partitions }: StoredTopic, partition: number): StoredRecord[] => {
    partitions[partition] ??= []
    return partitions[partition]
  }
  return {
    append: (name, partition, { key, value, timestamp, headers }, piped) => {
      const topic = topicOf(name)
      if (topic.all.length === 0) written.push(name)
      const records = partitionOf(topic, partition)
      const stored = { key, value, timestamp, headers, partition, offset: records.length, piped }
      records.push(stored)
      topic.all.push(stored)
    },
    partition: (name, partition) => partitionOf(topicOf(name), partition),
    topic: (name) => topicOf(name).all,
    topics: written,
  }
}

/** Reads a partition on as it grows: each call gives what was written since the last one, or undefined. */
export type PartitionReader = () => FetchedBatch | undefined

export function partitionReader(log: DriverLog, { topic, partition }: TopicPartition, from = 0): PartitionReader {
  const written = log.partition(topic, partition)
  let position = from
  return () => {
    if (written.length === position) return undefined
    const records = written.slice(position)
    position = written.length
    return { topic, partition, records, nextOffset: position, endOffset: position }
  }
}

/** A task's output, or that of its changelogs, that hands each record over at once. */
export function directOutput(log: DriverLog): Output {
  return {
    append: (topic, partition, record) => log.append(topic, partition, record, false),
    drain: () => [],
    byteLength: 0,
  }
}
