import type { Header, OutgoingBatch } from '../log/port'
import { type RecordsBuffer, recordsBuffer } from '../log/records'

export interface OutputRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** ms */
  readonly timestamp: number
  readonly headers: readonly Header[]
}

/** Where a task's encoded records go until its commit. The test driver brings one of its own. */
export interface Output {
  append(topic: string, partition: number, record: OutputRecord): void
  /** What was appended since the last call, in the order of the first record of each partition. */
  drain(): readonly OutgoingBatch[]
  /** Bytes waiting: past a bound the task commits early. */
  readonly byteLength: number
}

/** One encoded buffer per partition, as the Log port takes them. */
export function batchedOutput(options: { readonly maxBatchBytes?: number } = {}): Output {
  let batches: OutgoingBatch[] = []
  /** By topic, then by partition: a text of both would have to be made for every record. */
  let places = new Map<string, (RecordsBuffer | undefined)[]>()
  function open(topic: string, partition: number, partitions: (RecordsBuffer | undefined)[]): RecordsBuffer {
    const records = recordsBuffer(options)
    partitions[partition] = records
    batches.push({ topic, partition, records })
    return records
  }
  return {
    append: (topic, partition, { key, value, timestamp, headers }) => {
      let partitions = places.get(topic)
      if (partitions === undefined) {
        partitions = []
        places.set(topic, partitions)
      }
      const records = partitions[partition] ?? open(topic, partition, partitions)
      records.append(key, value, timestamp, headers)
    },
    drain: () => {
      const drained = batches
      batches = []
      places = new Map()
      return drained
    },
    get byteLength() {
      let bytes = 0
      for (const { records } of batches) bytes += records.byteLength
      return bytes
    },
  }
}
