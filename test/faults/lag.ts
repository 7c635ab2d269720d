import { setTimeout as sleep } from 'node:timers/promises'
import type { Log, PartitionOffset } from 'millrace'
import { type Flow, PARTITIONS } from './flow'
import { readFrom } from './read'

const POLL_MS = 100
/** Commit markers at the end of a repartition topic are offsets without a record: one for each task that writes to it. */
const MARKERS = 2 * PARTITIONS

interface Behind {
  readonly position: PartitionOffset
  readonly offsets: number
}

async function behind(log: Log, group: string, topics: readonly string[]): Promise<readonly Behind[]> {
  const known = [...(await log.admin.describeTopics(topics)).keys()]
  const all = known.flatMap((topic) => Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition })))
  const committed = await log.admin.committedOffsets(group, all)
  const [starts, ends] = await Promise.all([log.admin.offsets(all, 'earliest'), log.admin.offsets(all, 'latest')])
  return all.map((place, index) => {
    const same = (other: PartitionOffset) => other.topic === place.topic && other.partition === place.partition
    const position = committed.find(same) ?? starts[index]!
    return { position, offsets: ends[index]!.offset - position.offset }
  })
}

/** What lies in these topics and is not yet covered by an offset that the group has committed: read, in work, or not even read. */
export async function lagOf(log: Log, group: string, topics: readonly string[]): Promise<number> {
  return (await behind(log, group, topics)).reduce((sum, { offsets }) => sum + offsets, 0)
}

/** Records that no committed offset covers, in the input and behind the repartition. */
export async function unprocessed(log: Log, { topology, commands, regrouped }: Flow): Promise<number> {
  const places = (await behind(log, topology.name, [commands.name, regrouped])).filter(({ offsets }) => offsets > 0)
  const many = places.reduce((sum, { offsets }) => sum + offsets, 0)
  if (many > MARKERS * places.length) return many
  const records = await readFrom(
    log,
    places.map(({ position }) => position),
  )
  return records.reduce((sum, own) => sum + own.length, 0)
}

export interface CatchUp {
  /** ms: when it began. */
  readonly since: number
  readonly withinSeconds: number
}

/** Times the limit: so that it can be said how late it was. */
export const PATIENCE = 3

/** Seconds since then until nothing is left; undefined when it takes far longer than the limit. */
export async function untilCaughtUp(
  left: () => Promise<number>,
  { since, withinSeconds }: CatchUp,
): Promise<number | undefined> {
  const seconds = () => (Date.now() - since) / 1_000
  do {
    if ((await left()) === 0) return seconds()
    await sleep(POLL_MS)
  } while (seconds() < PATIENCE * withinSeconds)
  return undefined
}
