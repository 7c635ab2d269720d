import { AssertionError } from 'node:assert'
import type { Serde, SerdeContext, SerdeRole } from '../serdes/serde'
import type { Topic } from '../topics'
import type { DriverLog, StoredRecord } from './driver-log'
import type { PipeOptions, TestInput, TestOutput, TestRecord } from './types'

export type Bytes = Buffer | null

/** Pipes into one topic. */
export type PipeBytes = (key: Bytes, value: Bytes, options: PipeOptions | undefined) => void

/** What serdes are opened with. */
type Coding = Pick<SerdeContext, 'registry' | 'personalKeys'>

export function testInput<K, V>(topic: Topic<K, V>, coding: Coding, pipeBytes: PipeBytes): TestInput<K, V> {
  const encode = <T>(serde: Serde<T>, role: SerdeRole) => {
    const opened = serde.open({ topic: topic.name, role, ...coding })
    return (value: T | null) => (value === null ? null : opened.encode(value))
  }
  const key = encode(topic.key, 'key')
  const value = encode(topic.value, 'value')
  return {
    pipe: (k, v, options) => pipeBytes(key(k), value(v), options),
    pipeBytes,
  }
}

/** What the topology wrote to a topic since the last read, whichever output of it read then. */
export interface TopicCursor {
  next(max?: number): readonly StoredRecord[]
}

/** One cursor per topic, kept over all outputs on it. */
export function topicCursors(log: DriverLog): (topic: string) => TopicCursor {
  const readSoFar = new Map<string, number>()
  return (topic) => {
    const written = log.topic(topic)
    return {
      next: (max = Number.POSITIVE_INFINITY) => {
        const produced: StoredRecord[] = []
        let at = readSoFar.get(topic) ?? 0
        for (; at < written.length && produced.length < max; at += 1) {
          const record = written[at]!
          if (!record.piped) produced.push(record)
        }
        readSoFar.set(topic, at)
        return produced
      },
    }
  }
}

export interface TestOutputOptions<K, V> {
  readonly topic: string
  readonly cursor: TopicCursor
  readonly decode: (record: StoredRecord) => { readonly key: K; readonly value: V }
  /** For the message where a record is missing. */
  readonly describe: () => string
}

export function testOutput<K, V>({ topic, cursor, decode, describe }: TestOutputOptions<K, V>): TestOutput<K, V> {
  const asRecord = (record: StoredRecord): TestRecord<K, V> => ({ ...withoutLogFields(record), ...decode(record) })
  const read = () => cursor.next().map(asRecord)
  return {
    read,
    readOne: () => {
      const [record] = cursor.next(1)
      if (record !== undefined) return asRecord(record)
      throw new AssertionError({ message: `topic ${topic} has no further record. All so far:\n${describe()}` })
    },
    readKeyValues: () => read().map(({ key, value }) => [key, value] as const),
    readBytes: () => cursor.next().map(withoutLogFields),
  }
}

function withoutLogFields({ key, value, timestamp, headers, partition }: StoredRecord): TestRecord<Bytes, Bytes> {
  return { key, value, timestamp, headers, partition }
}

/** Null is null whatever the serde: a tombstone, or a record without a key. */
export function recordDecoder<K, V>(topic: Pick<Topic<K, V>, 'name' | 'key' | 'value'>, coding: Coding) {
  const decode = <T>(serde: Serde<T>, role: SerdeRole) => {
    const opened = serde.open({ topic: topic.name, role, ...coding })
    return (bytes: Bytes): T => {
      if (bytes === null) return null as T
      void opened.prepare?.([bytes])
      return opened.decode(bytes)
    }
  }
  const key = decode(topic.key, 'key')
  const value = decode(topic.value, 'value')
  return (record: StoredRecord) => ({ key: key(record.key), value: value(record.value) })
}
