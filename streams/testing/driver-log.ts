import type { LogRecord, TopicPartition } from '../log/port'
import type { Output, OutputRecord } from '../tasks/output'

/** The driver's topics: every record ever written, per partition, in memory and at once. */
export interface DriverLog {
  append(topic: string, partition: number, record: OutputRecord): LogRecord
  read(partition: TopicPartition, from: number): readonly LogRecord[]
  /** All records of a topic in the order in which they were written, over all partitions. */
  readTopic(topic: string, from: number): readonly (LogRecord & { readonly partition: number })[]
  end(partition: TopicPartition): number
  readonly topics: readonly string[]
}

export function driverLog(): DriverLog {
  const partitions = new Map<string, LogRecord[]>()
  const order = new Map<string, (LogRecord & { readonly partition: number })[]>()
  const of = <T>(all: Map<string, T[]>, name: string): T[] => {
    const known = all.get(name)
    if (known !== undefined) return known
    const created: T[] = []
    all.set(name, created)
    return created
  }
  return {
    append: (topic, partition, { key, value, timestamp, headers }) => {
      const records = of(partitions, `${topic}/${partition}`)
      const record = { offset: records.length, key, value, timestamp, headers }
      records.push(record)
      of(order, topic).push({ ...record, partition })
      return record
    },
    read: ({ topic, partition }, from) => of(partitions, `${topic}/${partition}`).slice(from),
    readTopic: (topic, from) => of(order, topic).slice(from),
    end: ({ topic, partition }) => of(partitions, `${topic}/${partition}`).length,
    get topics() {
      return [...order.keys()]
    },
  }
}

/** A task's output that hands each record over at once. */
export function directOutput(deliver: (topic: string, partition: number, record: OutputRecord) => void): Output {
  return { append: deliver, drain: () => [], byteLength: 0 }
}
