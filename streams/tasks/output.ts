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
  let buffers = new Map<string, OutgoingBatch>()
  return {
    append: (topic, partition, { key, value, timestamp, headers }) => {
      const place = `${topic}/${partition}`
      let batch = buffers.get(place)
      if (batch === undefined) {
        batch = { topic, partition, records: recordsBuffer(options) }
        buffers.set(place, batch)
      }
      batch.records.append(key, value, timestamp, headers)
    },
    drain: () => {
      const batches = [...buffers.values()]
      buffers = new Map()
      return batches
    },
    get byteLength() {
      return [...buffers.values()].reduce((sum, { records }: { records: RecordsBuffer }) => sum + records.byteLength, 0)
    },
  }
}
