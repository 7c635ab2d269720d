import type { FetchedBatch, Log, LogReader, PartitionOffset, TopicPartition } from './port'

export interface OffsetRange extends TopicPartition {
  /** Inclusive. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

const POLL_MS = 500

/**
 * Reads given ranges to their ends, batch by batch, partitions side by side. What a compacted topic no longer has is not
 * there; nothing at or after `to` is given out.
 * @throws MillraceError OFFSET_OUT_OF_RANGE: a range begins before what the log still has; OutageError LOG_UNAVAILABLE
 */
export async function* readRanges(log: Log, ranges: readonly OffsetRange[]): AsyncGenerator<FetchedBatch> {
  const open = new Map(ranges.filter(({ from, to }) => from < to).map((range) => [placeOf(range), range]))
  if (open.size === 0) return
  const reader = await log.reader({ isolation: 'read_committed' })
  try {
    reader.assign([...open.values()].map(({ topic, partition, from }) => ({ topic, partition, offset: from })))
    while (open.size > 0) yield* readOnce(reader, open)
  } finally {
    await reader.close()
  }
}

async function* readOnce(reader: LogReader, open: Map<string, OffsetRange>): AsyncGenerator<FetchedBatch> {
  for (const batch of await reader.poll(POLL_MS)) {
    const range = open.get(placeOf(batch))
    if (range === undefined) continue
    yield batch.nextOffset <= range.to ? batch : upTo(batch, range.to)
    if (batch.nextOffset < range.to) continue
    open.delete(placeOf(range))
    reader.pause([range])
  }
}

const placeOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`

const upTo = (batch: FetchedBatch, to: number): FetchedBatch => ({
  ...batch,
  records: batch.records.filter(({ offset }) => offset < to),
  nextOffset: to,
})

/** From the beginning of each partition to its present end, as a read_committed reader sees it. */
export async function wholeRanges(log: Log, partitions: readonly TopicPartition[]): Promise<readonly OffsetRange[]> {
  const [starts, ends] = await Promise.all([
    log.admin.offsets(partitions, 'earliest'),
    log.admin.offsets(partitions, 'latest'),
  ])
  return starts.map((start) => ({
    topic: start.topic,
    partition: start.partition,
    from: start.offset,
    to: offsetAt(ends, start) ?? start.offset,
  }))
}

/** The offset given for that partition, if any. */
export function offsetAt(offsets: readonly PartitionOffset[], at: TopicPartition): number | undefined {
  return offsets.find(({ topic, partition }) => topic === at.topic && partition === at.partition)?.offset
}
