import type { Log, LogRecord, PartitionOffset } from 'millrace'

const POLL_MS = 500
/** A reader that brings nothing for so long while there is something is a bug, and waiting for it would say nothing. */
const NOTHING_FOR_MS = 60_000

/** Every committed record of a topic, by partition, in the order of offsets. A topic that does not exist has none. */
export async function readTopic(log: Log, topic: string): Promise<readonly (readonly LogRecord[])[]> {
  const described = (await log.admin.describeTopics([topic])).get(topic)
  if (described === undefined) return []
  const all = Array.from({ length: described.partitions }, (_, partition) => ({ topic, partition }))
  return readFrom(log, await log.admin.offsets(all, 'earliest'))
}

/** The committed records from these positions to the present ends, in the order of the positions given. */
export async function readFrom(
  log: Log,
  positions: readonly PartitionOffset[],
): Promise<readonly (readonly LogRecord[])[]> {
  const ends = await log.admin.offsets(positions, 'latest')
  const places = positions.map((position) => ({
    ...position,
    end: ends.find(({ topic, partition }) => topic === position.topic && partition === position.partition)!.offset,
    records: [] as LogRecord[],
  }))
  const open = new Set(places.filter(({ offset, end }) => offset < end))
  if (open.size === 0) return places.map(({ records }) => records)
  const reader = await log.reader({ isolation: 'read_committed' })
  try {
    reader.assign(positions)
    let last = Date.now()
    while (open.size > 0) {
      if (Date.now() - last > NOTHING_FOR_MS) throw stuck([...open])
      for (const batch of await reader.poll(POLL_MS)) {
        const place = places.find(({ topic, partition }) => topic === batch.topic && partition === batch.partition)!
        last = Date.now()
        place.records.push(...batch.records.filter(({ offset }) => offset < place.end))
        if (batch.nextOffset >= place.end) open.delete(place)
      }
    }
  } finally {
    await reader.close()
  }
  return places.map(({ records }) => records)
}

function stuck(
  places: readonly (PartitionOffset & { readonly end: number; readonly records: readonly LogRecord[] })[],
) {
  const where = places.map(({ topic, partition, offset, end, records }) => {
    return `${topic}-${partition} from ${offset} to before ${end}, last read ${records.at(-1)?.offset ?? 'nothing'}`
  })
  return new Error(`nothing could be read for ${NOTHING_FOR_MS / 1_000} s: ${where.join('; ')}`)
}
