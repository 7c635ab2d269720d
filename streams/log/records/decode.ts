import type { LogRecord } from '../port'
import { decompress } from './compression'
import { type BatchHeader, headerBytes, readHeader, verifyChecksum } from './header'
import { PackedRecords, runOf } from './packed'

/** What a control batch says of its producer's transaction; `other` for markers that concern only brokers. */
export type ControlType = 'abort' | 'commit' | 'other'

export interface DecodedBatch extends BatchHeader {
  /** Null for a batch of records, and for a control batch that compaction has emptied. */
  readonly control: ControlType | null
  /** Empty for a control batch. */
  readonly records: PackedRecords
}

export interface DecodeOptions {
  /** Records and batches before this offset are left out. Default 0. */
  readonly fromOffset?: number
  /** Asked before the records of a batch are decoded; where it says false the batch is there without its records. */
  accept?(batch: BatchHeader): boolean
}

const noRecords = new PackedRecords([])
const nothing = Buffer.alloc(0)

/**
 * Decodes a run of record batches v2, such as one partition of a fetch response, in place: keys, values and header values are
 * views of `bytes`. A last batch that is cut short is left out.
 * @throws MillraceError BATCH_CORRUPT (details: offset) for a checksum that does not match, records that do not fit their batch,
 *   a message format that is not supported; TerminalError CONFIG_INVALID where a codec does not work on this platform
 */
export function decodeBatches(bytes: Buffer, options: DecodeOptions = {}): readonly DecodedBatch[] {
  const { fromOffset = 0 } = options
  const decoded: DecodedBatch[] = []
  for (const batch of batchHeaders(bytes)) {
    // Also of a batch that is then left out: a broken header must not talk us into leaving it out.
    verifyChecksum(bytes, batch)
    if (batch.lastOffset < fromOffset) continue
    if (options.accept?.(batch) === false) {
      decoded.push({ ...batch, control: null, records: noRecords })
      continue
    }
    decoded.push(
      batch.isControl
        ? { ...batch, control: decodeControl(bytes, batch), records: noRecords }
        : { ...batch, control: null, records: packedRecords(bytes, batch, fromOffset) },
    )
  }
  return decoded
}

/** The headers of a run of batches, in order; a last batch that is cut short is left out. */
export function* batchHeaders(bytes: Buffer): Generator<BatchHeader, void, undefined> {
  let at = 0
  for (let batch = readHeader(bytes, at); batch !== undefined; batch = readHeader(bytes, at)) {
    yield batch
    at = batch.end
  }
}

/** The records of one batch from `fromOffset` on, its checksum unlooked at. @throws MillraceError BATCH_CORRUPT */
export function decodeRecords(bytes: Buffer, batch: BatchHeader, fromOffset = 0): LogRecord[] {
  return [...packedRecords(bytes, batch, fromOffset)]
}

/** The same, each made when it is asked for. */
export function packedRecords(bytes: Buffer, batch: BatchHeader, fromOffset = 0): PackedRecords {
  return new PackedRecords([runOf(recordBytes(bytes, batch), batch, fromOffset)])
}

/** The bytes of a batch's records, unpacked. */
export function recordBytes(bytes: Buffer, batch: BatchHeader): Buffer {
  if (batch.count === 0) return nothing // as compaction leaves it, whatever codec the header names
  return decompress(bytes.subarray(batch.start + headerBytes, batch.end), batch.compression, batch.baseOffset)
}

/** What a control batch says; null for one that compaction has emptied. */
export function decodeControl(bytes: Buffer, batch: BatchHeader): ControlType | null {
  const [record] = decodeRecords(bytes, batch)
  if (record === undefined) return null
  // The key of a control record is its version and its type, an int16 each (KIP-98).
  const type = record.key !== null && record.key.length >= 4 ? record.key.readInt16BE(2) : -1
  return type === 0 ? 'abort' : type === 1 ? 'commit' : 'other'
}
