import { TerminalError } from '../errors'
import type { SourceSpec } from '../graph/specs/source'
import type { FetchedBatch, LogRecord, TopicPartition } from '../log/port'
import type { OpenSerde } from '../serdes/serde'

/** A source record, decoded, with what is needed to trace it or to put it into the dead letters. */
export interface InputRecord {
  readonly key: unknown
  readonly value: unknown
  /** ms, by the timestamp extractor. */
  readonly timestamp: number
  readonly raw: LogRecord
  readonly from: TopicPartition
}

/** The records of one source partition that wait to be processed, decoded one at a time at the head (Kafka Streams' RecordQueue). */
export interface SourceQueue extends TopicPartition {
  add(batch: FetchedBatch): void
  /** Fetches what decoding the batch will need. */
  prepare(batch: FetchedBatch): Promise<void> | undefined
  /** Undefined when nothing waits. Records that cannot be decoded are handed to `onPoison` on the way. */
  head(): InputRecord | undefined
  take(): void
  readonly size: number
  /** Where to read on once everything processed so far is committed; undefined before the first record. */
  readonly nextOffset: number | undefined
  /** The largest timestamp processed so far, for the timestamp extractor; undefined where there is no extractor, or nothing yet. */
  readonly partitionTime: number | undefined
  /** Goes on with the time of a former owner. */
  resumeAt(partitionTime: number): void
  /** End of the partition as last seen: lag = this - nextOffset. */
  readonly endOffset: number | undefined
}

export interface SourceQueueOptions {
  readonly from: TopicPartition
  readonly spec: Pick<SourceSpec, 'timestampExtractor' | 'tombstones'>
  readonly key: OpenSerde<unknown>
  readonly value: OpenSerde<unknown>
  /** Returns when the record is to be left out, throws when the task is to stop. */
  onPoison(error: unknown, raw: LogRecord, from: TopicPartition): void
  /** The timestamp extractor left the record out. */
  onDropped(reason: string, raw: LogRecord, from: TopicPartition): void
}

export function sourceQueue(options: SourceQueueOptions): SourceQueue {
  const { from, spec, key, value } = options
  const batches: FetchedBatch[] = []
  let index = 0
  let size = 0
  let decoded: InputRecord | undefined
  let nextOffset: number | undefined
  let endOffset: number | undefined
  let partitionTime = -1

  /** Leaves the record at `offset` behind. */
  const advance = (offset: number) => {
    const batch = batches[0]!
    index += 1
    size -= 1
    nextOffset = index < batch.records.length ? offset + 1 : batch.nextOffset
    if (index < batch.records.length) return
    batches.shift()
    index = 0
  }
  const { timestampExtractor } = spec
  const extract =
    timestampExtractor &&
    ((decodedKey: unknown, decodedValue: unknown, { offset, timestamp, headers }: LogRecord): number =>
      timestampExtractor({ ...from, key: decodedKey, value: decodedValue, offset, timestamp, headers }, partitionTime))
  /** Undefined for a record that is left out: an extractor may say so by a negative timestamp, as in Kafka Streams. */
  const decode = (raw: LogRecord): InputRecord | undefined => {
    const decodedKey = raw.key === null && spec.tombstones ? null : key.decode(raw.key)
    const decodedValue = raw.value === null && spec.tombstones ? null : value.decode(raw.value)
    const timestamp = extract === undefined ? raw.timestamp : extract(decodedKey, decodedValue, raw)
    if (timestamp < 0 && extract !== undefined) return undefined
    if (timestamp < 0) {
      throw new TerminalError(
        'DESERIALIZATION_FAILED',
        `the record has no valid timestamp (${timestamp}); give the source a timestampExtractor`,
      )
    }
    return { key: decodedKey, value: decodedValue, timestamp, raw, from }
  }

  return {
    ...from,
    add: (batch) => {
      endOffset = batch.endOffset
      if (batch.records.length === 0) {
        if (size === 0) nextOffset = batch.nextOffset
        else batches.push(batch)
        return
      }
      batches.push(batch)
      size += batch.records.length
    },
    prepare: (batch) => {
      const keys = key.prepare?.(batch.records.map((record) => record.key))
      const values = value.prepare?.(batch.records.map((record) => record.value))
      return keys === undefined && values === undefined ? undefined : Promise.all([keys, values]).then(() => undefined)
    },
    head: () => {
      while (decoded === undefined && batches.length > 0) {
        const batch = batches[0]!
        const raw = batch.records.at(index)
        if (raw === undefined) {
          nextOffset = batch.nextOffset
          batches.shift()
          continue
        }
        try {
          decoded = decode(raw)
          if (decoded !== undefined) break
          options.onDropped('negative timestamp', raw, from)
        } catch (error) {
          options.onPoison(error, raw, from)
        }
        advance(raw.offset)
      }
      return decoded
    },
    take: () => {
      const { timestamp, raw } = decoded!
      if (timestamp > partitionTime) partitionTime = timestamp
      decoded = undefined
      advance(raw.offset)
    },
    get partitionTime() {
      return extract === undefined || partitionTime < 0 ? undefined : partitionTime
    },
    resumeAt: (time) => {
      partitionTime = Math.max(partitionTime, time)
    },
    get size() {
      return size
    },
    get nextOffset() {
      return nextOffset
    },
    get endOffset() {
      return endOffset
    },
  }
}
