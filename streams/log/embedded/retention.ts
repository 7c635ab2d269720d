import type { PartitionLog } from './partition'

/** Deletes the closed segments that a `delete` topic need not keep, oldest first, and never what is not settled yet. */
export function applyRetention(log: PartitionLog, now: number): void {
  const { segments, settings } = log
  if (!settings.delete) return
  const isOld = (maxTimestamp: number) =>
    settings.retentionMs >= 0 && maxTimestamp >= 0 && maxTimestamp < now - settings.retentionMs

  // When everything is old the segment being written is closed first, as Kafka does.
  if (isOld(segments.active.maxTimestamp) && segments.active.file.size > 0) segments.roll()
  let bytes = segments.all.reduce((sum, segment) => sum + segment.file.size, 0)
  let count = 0
  for (const segment of segments.all.slice(0, -1)) {
    const isTooMuch = settings.retentionBytes >= 0 && bytes - segment.file.size >= settings.retentionBytes
    if (segment.endOffset > log.stableOffset || !(isOld(segment.maxTimestamp) || isTooMuch)) break
    bytes -= segment.file.size
    count++
  }
  if (count === 0) return
  segments.removeFirst(count)
  log.transactions.forgetBefore(log.startOffset)
}
