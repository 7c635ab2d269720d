import type { Header, OutgoingBatch } from '../log/port'
import { type RecordsBuffer, recordsBuffer } from '../log/records'
import { spareMemory } from './spare-memory'

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

/** Where the records of one partition go. */
interface Place {
  records: RecordsBuffer | undefined
  /** Bytes it came to before the last call of `drain`: about as many as it will come to next time. */
  lastBytes: number
}

/** One encoded buffer per partition, as the Log port takes them. */
export function batchedOutput(options: { readonly maxBatchBytes?: number } = {}): Output {
  const memory = spareMemory()
  let batches: OutgoingBatch[] = []
  /** By topic, then by partition: a text of both would have to be made for every record. */
  const topics = new Map<string, (Place | undefined)[]>()
  let open: Place[] = []

  function placeOf(topic: string, partition: number): Place {
    let places = topics.get(topic)
    if (places === undefined) {
      places = []
      topics.set(topic, places)
    }
    const place = places[partition] ?? { records: undefined, lastBytes: 0 }
    places[partition] = place
    return place
  }
  function begin(topic: string, partition: number, place: Place): RecordsBuffer {
    const records = recordsBuffer({ ...options, memory, expectedBytes: place.lastBytes })
    place.records = records
    open.push(place)
    batches.push({ topic, partition, records })
    return records
  }
  return {
    append: (topic, partition, { key, value, timestamp, headers }) => {
      const place = placeOf(topic, partition)
      const records = place.records ?? begin(topic, partition, place)
      records.append(key, value, timestamp, headers)
    },
    drain: () => {
      const drained = batches
      for (const place of open) {
        place.lastBytes = place.records!.byteLength
        place.records = undefined
      }
      batches = []
      open = []
      return drained
    },
    get byteLength() {
      let bytes = 0
      for (const { records } of batches) bytes += records.byteLength
      return bytes
    },
  }
}
