import { setImmediate as immediate } from 'node:timers/promises'
import type { LogRecord } from '../port'
import { decodeRecords, filterBatch, readHeader } from '../records'
import type { PartitionLog } from './partition'
import { type Segment, type StoredBatch, scanBatches } from './segment'
import type { Storage } from './storage'

export interface CompactionOptions {
  readonly storage: Storage
  readonly now: number
  /** Asked between steps: the log may be closed meanwhile. */
  isStopped(): boolean
}

/** A compaction that is done: every record before `upTo` was compared with all records before `upTo`. */
interface Pass {
  readonly at: number
  readonly upTo: number
}

const sliceBytes = 1024 * 1024

/**
 * Compacts the closed segments of a `compact` topic when more than its `min.cleanable.dirty.ratio` of their bytes was never
 * compacted: of each key only the latest record stays, under its old offset. A tombstone stays for `delete.retention.ms` after
 * the pass that took away what it deletes, so that a reader who has seen the value sees its end. Records without a key stay.
 * Works in slices, between which the process does other things. (Kafka's log cleaner; its tombstones carry their time in the
 * batch, ours in a small file beside the segments.)
 */
export async function compactPartition(log: PartitionLog, options: CompactionOptions): Promise<void> {
  const { settings, segments, stableOffset } = log
  if (!settings.compact) return
  const passes = readPasses(log, options.storage)
  const cleanedUpTo = Math.max(0, ...passes.map((pass) => pass.upTo))
  const closed = segments.all.slice(0, -1).filter((segment) => segment.endOffset <= stableOffset)
  const dirty = closed.filter((segment) => segment.endOffset > cleanedUpTo)
  if (bytesOf(dirty) === 0 || bytesOf(dirty) / bytesOf(closed) <= settings.minCleanableDirtyRatio) return

  const latest = new Map<string, number>()
  for (const segment of dirty) {
    for await (const batch of readable(log, segment, options)) {
      for (const { key, offset } of decodeRecords(batch.bytes, batch.header)) {
        if (key !== null) latest.set(key.toString('latin1'), offset)
      }
    }
  }
  const upTo = closed.at(-1)!.endOffset
  const expired = passes.filter((pass) => pass.at + settings.deleteRetentionMs <= options.now)
  const tombstonesFrom = Math.max(0, ...expired.map((pass) => pass.upTo))

  function keep({ key, value, offset }: LogRecord): boolean {
    if (key === null) return true
    if (offset < (latest.get(key.toString('latin1')) ?? offset)) return false
    return value !== null || offset >= tombstonesFrom
  }

  for (const run of runsOf(closed, settings.segmentBytes)) {
    if (isStopped(log, options)) return
    const compacted = segments.temporary(run[0]!.baseOffset)
    for (const segment of run) {
      for await (const { bytes, header } of readable(log, segment, options)) {
        const kept = filterBatch(bytes, header, keep)
        if (kept !== undefined) write(compacted, kept)
      }
    }
    if (isStopped(log, options)) return
    segments.replace(run, compacted)
  }
  const kept = thinned(passes, expired, settings.deleteRetentionMs)
  options.storage.replace(passesPath(log), Buffer.from(JSON.stringify([...kept, { at: options.now, upTo }])))
  log.transactions.forgetBefore(upTo)
}

/** The batches of a segment that hold records, without aborted ones; ends early when the log is closed. */
async function* readable(
  log: PartitionLog,
  segment: Segment,
  options: CompactionOptions,
): AsyncGenerator<StoredBatch, void, undefined> {
  let position = 0
  while (position < segment.file.size && !isStopped(log, options)) {
    const slice: StoredBatch[] = []
    let bytes = 0
    const end = scanBatches(segment.file, position, (batch) => {
      if (bytes >= sliceBytes) return false
      bytes += batch.header.end - batch.header.start
      if (!batch.header.isControl && !log.transactions.isAborted(batch.header)) slice.push(batch)
      return true
    })
    if (end === position) return
    position = end
    yield* slice
    await immediate()
  }
}

/** A topic that is deleted, or a log that is closed, is left as it is: a temporary file is removed at the next start. */
function isStopped(log: PartitionLog, options: CompactionOptions): boolean {
  return log.isDropped || options.isStopped()
}

/** Neighbours that fit into one segment together are merged, so that small ones do not pile up. */
function runsOf(closed: readonly Segment[], segmentBytes: number): Segment[][] {
  const runs: Segment[][] = []
  let bytes = 0
  for (const segment of closed) {
    bytes += segment.file.size
    if (runs.length === 0 || bytes > segmentBytes) {
      runs.push([])
      bytes = segment.file.size
    }
    runs.at(-1)!.push(segment)
  }
  return runs
}

function write(segment: Segment, batch: Buffer): void {
  const position = segment.file.size
  segment.file.append([batch])
  segment.note(readHeader(batch, 0)!, position)
}

function bytesOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.file.size, 0)
}

function readPasses(log: PartitionLog, storage: Storage): readonly Pass[] {
  const bytes = storage.read(passesPath(log))
  return bytes === undefined ? [] : (JSON.parse(bytes.toString('utf8')) as Pass[])
}

/** Of the passes whose time is over the furthest stands for all; of those close to each other the later stands for both. */
function thinned(passes: readonly Pass[], expired: readonly Pass[], deleteRetentionMs: number): readonly Pass[] {
  const kept = passes.filter((pass) => !expired.includes(pass) || pass === expired.at(-1))
  const [before, last] = kept.slice(-2)
  const isClose = before !== undefined && last !== undefined && last.at - before.at < deleteRetentionMs / 16
  return isClose ? kept.slice(0, -1) : kept
}

function passesPath({ folder }: PartitionLog): string {
  return `${folder}/compaction.json`
}
