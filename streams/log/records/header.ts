import { MillraceError, TerminalError } from '../../errors'
import type { CompressionType, ProducerStamp } from './buffer'
import { crc32c } from './crc32c'
import { readInt64, writeInt64 } from './numbers'

/** The layout of a record batch v2: where each field stands, counted from the start of the batch. */
const at = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
} as const

const magicV2 = 2
const compressionMask = 7
const logAppendTimeFlag = 8
const transactionalFlag = 16
const controlFlag = 32
const compressions: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** Bytes of a batch before its records. */
export const headerBytes = 61
/** Bytes before and including the length field, which the length does not count. */
export const lengthEnd = 12

/** The header of one batch and where the batch stands in the bytes it was read from. */
export interface BatchHeader {
  /** Where the batch starts and ends in the bytes. */
  readonly start: number
  readonly end: number
  readonly baseOffset: number
  /** The last offset the batch ever held; compaction may have taken its record away. */
  readonly lastOffset: number
  readonly leaderEpoch: number
  readonly compression: CompressionType
  /** The broker's append time stands for every record's own timestamp. */
  readonly isLogAppendTime: boolean
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  /** Records in the batch. */
  readonly count: number
}

/** What `writeHeader` needs beside the records, which already stand behind the header. */
export interface HeaderFields extends ProducerStamp {
  readonly baseOffset: number
  readonly leaderEpoch: number
  readonly compression: CompressionType
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly count: number
  /** A marker that ends a transaction, not records. */
  readonly control?: boolean
}

/**
 * Reads the header of the batch at `start`; undefined where the bytes end before the batch does.
 * The checksum is not looked at: see `verifyChecksum`.
 * @throws TerminalError BATCH_CORRUPT for the message formats before Kafka 0.11, an unknown codec, an impossible length
 */
export function readHeader(bytes: Buffer, start: number): BatchHeader | undefined {
  if (start + at.crc > bytes.length) return undefined
  const baseOffset = readInt64(bytes, start + at.baseOffset)
  const magic = bytes.readInt8(start + at.magic)
  if (magic !== magicV2) {
    throw new TerminalError(
      'BATCH_CORRUPT',
      `the batch at offset ${baseOffset} has message format ${magic}; only format 2 (Kafka 0.11 and later) can be read`,
      { details: { offset: baseOffset, magic } },
    )
  }
  const end = start + lengthEnd + bytes.readInt32BE(start + at.length)
  if (end < start + headerBytes) throw corrupt(baseOffset, 'its length is shorter than a header')
  if (end > bytes.length) return undefined
  const attributes = bytes.readInt16BE(start + at.attributes)
  const compression = compressions[attributes & compressionMask]
  if (compression === undefined) throw corrupt(baseOffset, `codec ${attributes & compressionMask} is unknown`)
  return {
    start,
    end,
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(start + at.lastOffsetDelta),
    leaderEpoch: bytes.readInt32BE(start + at.leaderEpoch),
    compression,
    isLogAppendTime: (attributes & logAppendTimeFlag) !== 0,
    isTransactional: (attributes & transactionalFlag) !== 0,
    isControl: (attributes & controlFlag) !== 0,
    baseTimestamp: readInt64(bytes, start + at.baseTimestamp),
    maxTimestamp: readInt64(bytes, start + at.maxTimestamp),
    producerId: readInt64(bytes, start + at.producerId),
    producerEpoch: bytes.readInt16BE(start + at.producerEpoch),
    baseSequence: bytes.readInt32BE(start + at.baseSequence),
    count: bytes.readInt32BE(start + at.count),
  }
}

/** Writes the header of the batch that takes all of `batch`, checksum last. */
export function writeHeader(batch: Buffer, fields: HeaderFields): void {
  writeInt64(batch, fields.baseOffset, at.baseOffset)
  batch.writeInt32BE(batch.length - lengthEnd, at.length)
  batch.writeInt32BE(fields.leaderEpoch, at.leaderEpoch)
  batch.writeInt8(magicV2, at.magic)
  const flags = (fields.transactional ? transactionalFlag : 0) | (fields.control ? controlFlag : 0)
  batch.writeInt16BE(compressions.indexOf(fields.compression) | flags, at.attributes)
  batch.writeInt32BE(fields.lastOffsetDelta, at.lastOffsetDelta)
  writeInt64(batch, fields.baseTimestamp, at.baseTimestamp)
  writeInt64(batch, fields.maxTimestamp, at.maxTimestamp)
  writeInt64(batch, fields.producerId, at.producerId)
  batch.writeInt16BE(fields.producerEpoch, at.producerEpoch)
  batch.writeInt32BE(fields.baseSequence, at.baseSequence)
  batch.writeInt32BE(fields.count, at.count)
  batch.writeUInt32BE(crc32c(batch, at.attributes), at.crc)
}

/** Puts a batch at its place in a partition. Neither field is under the checksum, so it stays valid. */
export function setBaseOffset(batch: Buffer, baseOffset: number, leaderEpoch: number): void {
  writeInt64(batch, baseOffset, at.baseOffset)
  batch.writeInt32BE(leaderEpoch, at.leaderEpoch)
}

/** Whether the bytes of a batch are what was written. */
export function checksumMatches(bytes: Buffer, batch: BatchHeader): boolean {
  return bytes.readUInt32BE(batch.start + at.crc) === crc32c(bytes, batch.start + at.attributes, batch.end)
}

/** @throws MillraceError BATCH_CORRUPT (details: offset) */
export function verifyChecksum(bytes: Buffer, batch: BatchHeader): void {
  if (!checksumMatches(bytes, batch)) throw corrupt(batch.baseOffset, 'its checksum does not match')
}

export function corrupt(offset: number, reason: string, cause?: unknown): MillraceError {
  return new MillraceError('BATCH_CORRUPT', `the record batch at offset ${offset} is corrupt: ${reason}`, {
    cause,
    details: { offset },
  })
}
