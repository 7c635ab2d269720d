import { type Log, type LogRecord, type OffsetRange, type PartitionOffset, readRanges, wholeRanges } from 'millrace'

/** A reader that brings nothing for so long while there is something is a bug, and waiting for it would say nothing. */
const NOTHING_FOR_MS = 60_000

interface Found extends OffsetRange {
  readonly records: LogRecord[]
}

/** Every committed record of a topic, by partition, in the order of offsets. A topic that does not exist has none. */
export async function readTopic(log: Log, topic: string): Promise<readonly (readonly LogRecord[])[]> {
  const described = (await log.admin.describeTopics([topic])).get(topic)
  if (described === undefined) return []
  const all = Array.from({ length: described.partitions }, (_, partition) => ({ topic, partition }))
  return read(log, await wholeRanges(log, all))
}

/** The committed records from these positions to the present ends, in the order of the positions given. */
export async function readFrom(
  log: Log,
  positions: readonly PartitionOffset[],
): Promise<readonly (readonly LogRecord[])[]> {
  const ends = await log.admin.offsets(positions, 'latest')
  const endOf = (at: PartitionOffset) =>
    ends.find(({ topic, partition }) => topic === at.topic && partition === at.partition)!.offset
  return read(
    log,
    positions.map((at) => ({ topic: at.topic, partition: at.partition, from: at.offset, to: endOf(at) })),
  )
}

async function read(log: Log, ranges: readonly OffsetRange[]): Promise<readonly (readonly LogRecord[])[]> {
  const all: readonly Found[] = ranges.map((range) => ({ ...range, records: [] }))
  const batches = readRanges(log, all)
  for (;;) {
    const { done, value: batch } = await unlessStuck(batches.next(), all)
    if (done) return all.map(({ records }) => records)
    const found = all.find(({ topic, partition }) => topic === batch.topic && partition === batch.partition)!
    found.records.push(...batch.records)
  }
}

async function unlessStuck<T>(next: Promise<T>, all: readonly Found[]): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const stuck = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(whereStuck(all)), NOTHING_FOR_MS)
  })
  try {
    return await Promise.race([next, stuck])
  } finally {
    clearTimeout(timer)
  }
}

function whereStuck(all: readonly Found[]): Error {
  const where = all.map(({ topic, partition, from, to, records }) => {
    return `${topic}-${partition} from ${from} to before ${to}, last read ${records.at(-1)?.offset ?? 'nothing'}`
  })
  return new Error(`nothing could be read for ${NOTHING_FOR_MS / 1_000} s: ${where.join('; ')}`)
}
