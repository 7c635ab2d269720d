import type { Logger } from '../../logger'
import { corruptSegment, recoverSegment } from './recovery'
import { lastAtMost, openSegment, type Segment, type StoredBatch, scanBatches } from './segment'
import type { Storage } from './storage'

export interface SegmentsOptions {
  readonly storage: Storage
  readonly folder: string
  readonly logger: Logger
  /** Whether closed segments may have been compacted. */
  readonly isCompacted: boolean
  /** Told each stored batch in order while the segments are opened. */
  visit(batch: StoredBatch): void
}

/** The segments of a partition in the order of their offsets. The last is the one appended to. */
export interface Segments {
  readonly all: readonly Segment[]
  readonly active: Segment
  readonly startOffset: number
  readonly endOffset: number
  /** Appends batches that carry their offsets; all or, when it throws, none. */
  append(batches: readonly StoredBatch[]): void
  /** Begins a new segment, unless the active one is still empty. */
  roll(): void
  /** Visits batches, from the one that holds the offset on, until `visit` says false. */
  scan(offset: number, visit: (batch: StoredBatch) => boolean): void
  /** Removes segments from the front. */
  removeFirst(count: number): void
  /** Opens a file to write a segment to that shall replace others. */
  temporary(baseOffset: number): Segment
  /** Puts a segment written to a temporary file, which may be empty, in the place of a run of segments that begins where it does. */
  replace(run: readonly Segment[], by: Segment): void
}

const name = /^(\d{20})\.log$/
const temporaryEnding = '.tmp'

export function openSegments({ storage, folder, logger, isCompacted, visit }: SegmentsOptions): Segments {
  const pathOf = (baseOffset: number) => `${folder}/${String(baseOffset).padStart(20, '0')}.log`
  const segments = recoverSegments()
  if (segments.length === 0) segments.push(openSegment(storage.file(pathOf(0)), 0))

  function recoverSegments(): Segment[] {
    const names = storage.list(folder)
    for (const each of names) if (each.endsWith(temporaryEnding)) storage.remove(`${folder}/${each}`)
    const offsets = names.flatMap((each) => name.exec(each)?.[1] ?? []).map(Number)
    const found: Segment[] = []
    const merged: number[] = []
    for (const baseOffset of offsets) {
      const file = storage.file(pathOf(baseOffset))
      const isLast = baseOffset === offsets.at(-1)
      const before = found.at(-1)?.endOffset ?? 0
      if (baseOffset >= before) {
        const hasGaps = isCompacted && !isLast
        found.push(recoverSegment(file, { baseOffset, isLast, hasGaps, logger, visit }))
      } else if (isLast) {
        // The last is never merged, so it is the segment before whose offsets are wrong.
        throw corruptSegment(file, { position: 0, offset: before }, `the segment before it ends at offset ${before}`)
      } else merged.push(baseOffset)
    }
    // They were merged into the segment before, and a kill came before their own files were gone.
    for (const baseOffset of merged) storage.remove(pathOf(baseOffset))
    return found
  }

  const active = () => segments[segments.length - 1]!

  return {
    get all() {
      return segments
    },
    get active() {
      return active()
    },
    get startOffset() {
      return segments[0]!.baseOffset
    },
    get endOffset() {
      return active().endOffset
    },
    append(batches) {
      const { file, note } = active()
      let position = file.size
      file.append(batches.map(({ bytes, header }) => bytes.subarray(header.start, header.end)))
      for (const { header } of batches) {
        note(header, position)
        position += header.end - header.start
      }
    },
    roll() {
      const { endOffset, baseOffset } = active()
      if (endOffset === baseOffset) return
      // Cuts off what a failed write may have left: only the last segment may end in the middle of a batch.
      active().file.append([])
      const file = storage.file(pathOf(endOffset))
      // The name alone remembers the end of the partition when all older segments are gone.
      file.append([])
      segments.push(openSegment(file, endOffset))
    },
    scan(offset, visit) {
      const first = lastAtMost(offset, segments.length, (index) => segments[index]!.baseOffset)
      let going = true
      for (let index = Math.max(0, first); going && index < segments.length; index++) {
        const segment = segments[index]!
        scanBatches(segment.file, segment.positionOf(offset), (batch) => {
          if (batch.header.lastOffset >= offset) going = visit(batch)
          return going
        })
      }
    },
    removeFirst(count) {
      for (const { baseOffset } of segments.slice(0, count)) storage.remove(pathOf(baseOffset))
      segments.splice(0, count)
    },
    temporary: (baseOffset) => openSegment(storage.file(pathOf(baseOffset) + temporaryEnding), baseOffset),
    replace(run, by) {
      const index = segments.indexOf(run[0]!)
      // An empty segment is of use only as the first: it says where the partition starts.
      const isNeeded = by.file.size > 0 || index === 0
      if (isNeeded) {
        const path = pathOf(by.baseOffset)
        by.file.append([])
        storage.rename(path + temporaryEnding, path)
        by.moveTo(storage.file(path))
      }
      for (const { baseOffset } of isNeeded ? run.slice(1) : run) storage.remove(pathOf(baseOffset))
      segments.splice(index, run.length, ...(isNeeded ? [by] : []))
    },
  }
}
