/** Sealed batches with their place in a producer's sequence, and how one is split. */
import {
  batchHeaders,
  decodeRecords,
  nextSequence,
  type ProducerStamp,
  type RecordsBuffer,
  recordsBuffer,
  type SealedBatch,
} from '../records'

export interface Identity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** One sealed batch and the sequence number of its first record. */
export interface SequencedBatch extends SealedBatch {
  readonly sequence: number
}

export function seal(records: RecordsBuffer, stamp: ProducerStamp): SequencedBatch[] {
  let sequence = stamp.baseSequence
  return records.seal(stamp).map((sealed) => {
    const sequenced = { ...sealed, sequence }
    sequence = nextSequence(sequence, sealed.count)
    return sequenced
  })
}

/**
 * Halves of a batch that a broker found too large, which together take its place in the sequence. Undefined for a
 * single record, which cannot be halved.
 */
export function split(batch: SequencedBatch, stamp: Omit<ProducerStamp, 'baseSequence'>): SequencedBatch[] | undefined {
  if (batch.count < 2) return undefined
  const [header] = batchHeaders(batch.bytes)
  if (header === undefined) return undefined
  const records = decodeRecords(batch.bytes, header)
  const middle = records.length >> 1
  let baseSequence = batch.sequence
  return [records.slice(0, middle), records.slice(middle)].flatMap((half) => {
    const buffer = recordsBuffer({ maxBatchBytes: Number.POSITIVE_INFINITY })
    for (const { key, value, timestamp, headers } of half) buffer.append(key, value, timestamp, headers)
    const sealed = seal(buffer, { ...stamp, baseSequence })
    baseSequence = nextSequence(baseSequence, buffer.count)
    return sealed
  })
}
