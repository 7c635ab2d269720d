import { MillraceError, messageOf } from '../../errors'
import type { Logger } from '../../logger'
import { checksumMatches, headerBytes, lengthEnd, readHeader } from '../records'
import { openSegment, type Segment, type StoredBatch, scanBatches } from './segment'
import type { StorageFile } from './storage'

export interface RecoveryOptions {
  readonly baseOffset: number
  /** Only the segment written last may end in the middle of a write. */
  readonly isLast: boolean
  /** Compaction leaves gaps; elsewhere each batch begins where the one before has ended. */
  readonly hasGaps: boolean
  readonly logger: Logger
  /** Told each batch in order. */
  visit(batch: StoredBatch): void
}

const smallestBatch = headerBytes - lengthEnd

/**
 * Reads a segment from its file and builds its index. What a kill cut short at the end of the last segment is cut off, with a
 * logged line.
 * @throws MillraceError LOG_CORRUPT (details: file, position, offset) when a batch is broken and whole ones follow it
 */
export function recoverSegment(file: StorageFile, options: RecoveryOptions): Segment {
  const segment = openSegment(file, options.baseOffset)
  let end = 0
  let reason = 'a batch is cut short'
  try {
    scanBatches(file, 0, (batch, position) => {
      const { header, bytes } = batch
      if (!checksumMatches(bytes, header)) reason = 'a checksum does not match'
      else if (!follows(header.baseOffset, segment, options)) reason = `offset ${header.baseOffset} stands there`
      else {
        options.visit(batch)
        segment.note(header, position)
        end = position + header.end - header.start
        return true
      }
      return false
    })
  } catch (error) {
    if (!(error instanceof MillraceError && error.code === 'BATCH_CORRUPT')) throw error
    reason = messageOf(error)
  }
  if (end < file.size) cutTail(segment, end, reason, options)
  return segment
}

/** The offset of a batch is not under its checksum. */
function follows(offset: number, { endOffset }: Segment, { hasGaps }: RecoveryOptions): boolean {
  return hasGaps ? offset >= endOffset : offset === endOffset
}

function cutTail({ file, endOffset }: Segment, end: number, reason: string, { isLast, logger }: RecoveryOptions): void {
  const place = { position: end, offset: endOffset }
  if (!isLast || hasBatchAfter(file.read(end, file.size - end), endOffset)) throw corruptSegment(file, place, reason)
  logger.warn(
    { file: file.path, ...place, bytes: file.size - end },
    `cut ${file.size - end} bytes off the end of ${file.path}, at offset ${endOffset}: ${reason}; the process was killed while it wrote them`,
  )
  file.truncate(end)
}

export interface Place {
  readonly position: number
  readonly offset: number
}

export function corruptSegment({ path }: StorageFile, { position, offset }: Place, reason: string): MillraceError {
  return new MillraceError(
    'LOG_CORRUPT',
    `${path} is corrupt at byte ${position} (offset ${offset}): ${reason}, and it is not the end of the log`,
    { details: { file: path, position, offset } },
  )
}

/** Whether a later batch stands whole anywhere behind the start of these bytes: then their start was not the end of the log. */
function hasBatchAfter(bytes: Buffer, endOffset: number): boolean {
  for (let at = 1; at + headerBytes <= bytes.length; at++) {
    const length = bytes.readInt32BE(at + 8)
    if (bytes[at + 16] !== 2 || length < smallestBatch || at + lengthEnd + length > bytes.length) continue
    if (isBatch(bytes, at, endOffset)) return true
  }
  return false
}

function isBatch(bytes: Buffer, at: number, endOffset: number): boolean {
  try {
    const header = readHeader(bytes, at)
    return header !== undefined && header.baseOffset > endOffset && checksumMatches(bytes, header)
  } catch {
    return false
  }
}
