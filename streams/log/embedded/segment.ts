import { type BatchHeader, lengthEnd, readHeader } from '../records'
import type { StorageFile } from './storage'

/** A batch as it stands in a file: `bytes` holds it from `header.start` to `header.end`. */
export interface StoredBatch {
  readonly header: BatchHeader
  readonly bytes: Buffer
}

/** A run of a partition's batches in one file, with a sparse index in memory. */
export interface Segment {
  readonly file: StorageFile
  readonly baseOffset: number
  /** Offset after the last batch. */
  readonly endOffset: number
  readonly maxTimestamp: number
  /** Goes on in a file with the same content. */
  moveTo(file: StorageFile): void
  /** Takes a batch that stands at this place in the file into the index. */
  note(header: BatchHeader, position: number): void
  /** Where to begin reading for this offset: at or before the batch that holds it. */
  positionOf(offset: number): number
  /** Where to begin looking for a record at least as late; undefined when there is none. */
  positionAt(timestamp: number): number | undefined
}

const indexEveryBytes = 4096
const windowBytes = 256 * 1024

export function openSegment(file: StorageFile, baseOffset: number): Segment {
  /** One entry for each stretch of the file: its first offset, its place, its latest timestamp. */
  const offsets: number[] = []
  const positions: number[] = []
  const timestamps: number[] = []
  let endOffset = baseOffset
  let maxTimestamp = -1

  let current = file

  return {
    get file() {
      return current
    },
    baseOffset,
    get endOffset() {
      return endOffset
    },
    get maxTimestamp() {
      return maxTimestamp
    },
    moveTo(other) {
      current = other
    },
    note(header, position) {
      const last = positions.length - 1
      if (last < 0 || position - positions[last]! >= indexEveryBytes) {
        offsets.push(header.baseOffset)
        positions.push(position)
        timestamps.push(header.maxTimestamp)
      } else {
        timestamps[last] = Math.max(timestamps[last]!, header.maxTimestamp)
      }
      endOffset = header.lastOffset + 1
      maxTimestamp = Math.max(maxTimestamp, header.maxTimestamp)
    },
    positionOf: (offset) => positions[lastAtMost(offset, offsets.length, (index) => offsets[index]!)] ?? 0,
    positionAt: (timestamp) => positions[timestamps.findIndex((latest) => latest >= timestamp)],
  }
}

/**
 * Visits the batches of a file from a place on until `visit` says false or no whole batch is left; gives the place after
 * the last one visited. The visitor checks what it needs to: the checksums are not looked at here.
 */
export function scanBatches(
  file: StorageFile,
  from: number,
  visit: (batch: StoredBatch, position: number) => boolean,
): number {
  let position = from
  let wanted = windowBytes
  for (;;) {
    const bytes = file.read(position, wanted)
    let at = 0
    for (let header = readHeader(bytes, at); header !== undefined; header = readHeader(bytes, at)) {
      if (!visit({ header, bytes }, position + at)) return position + at
      at = header.end
    }
    const rest = bytes.length - at
    const size = rest >= lengthEnd ? lengthEnd + bytes.readInt32BE(at + 8) : 0
    position += at
    if (position + Math.max(size, rest) > file.size || bytes.length < wanted) return position
    wanted = Math.max(windowBytes, size)
  }
}

/** The index of the last of `count` ascending numbers that is at most the one wanted; -1 when all are greater. */
export function lastAtMost(wanted: number, count: number, numberAt: (index: number) => number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (numberAt(middle) <= wanted) low = middle + 1
    else high = middle
  }
  return low - 1
}
