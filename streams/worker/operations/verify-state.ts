import { changelogTopic } from '../../graph/names'
import type { Topology } from '../../graph/topology'
import type { Log, TopicPartition } from '../../log/port'
import { type OffsetRange, readRanges, wholeRanges } from '../../log/read-range'
import type { StateDirectory } from '../../stores/backend'
import type { AnyStoreDeclaration } from '../../stores/declaration'
import { foldChangelog } from '../../stores/fold'
import type { RestoreRecord } from '../../stores/managed'
import { type Difference, differences, storedEntries } from '../../stores/raw'

export interface StoreVerdict {
  readonly task: string
  readonly store: string
  readonly changelog: TopicPartition
  /** Up to where the store has taken its changelog in; undefined for a store that has not begun. */
  readonly position: number | undefined
  /** Changelog records that the store still lacks; a worker reads them at its start. */
  readonly behind: number
  readonly entries: number
  /** Where the store is not the fold of its changelog up to `position`. */
  readonly differences: readonly Difference[]
  /** Why it cannot be held against its changelog, where it cannot: a worker would rebuild it. */
  readonly problem: string | undefined
}

export interface VerifyStateOptions {
  /** Default: the topology's name. */
  readonly applicationId?: string
}

/**
 * Proves that each store in a state directory is the fold of its changelog up to where the store says it stands. It takes
 * no part in how stores keep their entries and trusts none of it. The state must not be in use; a changelog's records up
 * to the position are held in memory, store by store.
 * @throws MillraceError STATE_LOCKED, STATE_CORRUPT; OutageError LOG_UNAVAILABLE
 */
export async function* verifyState(
  log: Log,
  topology: Topology,
  state: StateDirectory,
  { applicationId = topology.name }: VerifyStateOptions = {},
): AsyncGenerator<StoreVerdict> {
  for (const task of await state.tasks()) {
    const place = /^(\d+)_(\d+)$/.exec(task)
    if (place === null) continue
    const stores = topology.subTopologies[Number(place[1])]?.stores ?? []
    for (const declaration of stores.filter(({ changelog, backend }) => changelog && backend === 'persistent')) {
      const changelog = { topic: changelogTopic(applicationId, declaration.name), partition: Number(place[2]) }
      yield await verifyStore({ log, state, task, declaration, changelog })
    }
  }
}

interface StoreToVerify {
  readonly log: Log
  readonly state: StateDirectory
  readonly task: string
  readonly declaration: AnyStoreDeclaration
  readonly changelog: TopicPartition
}

async function verifyStore({ log, state, task, declaration, changelog }: StoreToVerify): Promise<StoreVerdict> {
  const about = { task, store: declaration.name, changelog }
  const backend = await state.open(task, declaration.name)
  try {
    const position = backend.position()
    const range = await rangeOf(log, changelog)
    const problem = problemOf(position, range)
    const behind = range === undefined ? 0 : Math.max(0, range.to - Math.max(position ?? range.from, range.from))
    if (problem !== undefined) return { ...about, position, behind, entries: 0, differences: [], problem }
    const folded = foldChangelog(declaration, await recordsUpTo(log, range!, position ?? range!.from))
    let entries = 0
    const counted = function* () {
      for (const entry of storedEntries(declaration, backend)) {
        entries += 1
        yield entry
      }
    }
    const found = differences(counted(), folded)
    return { ...about, position, behind, entries, differences: found, problem }
  } finally {
    await backend.close()
  }
}

async function rangeOf(log: Log, changelog: TopicPartition): Promise<OffsetRange | undefined> {
  const described = (await log.admin.describeTopics([changelog.topic])).get(changelog.topic)
  if (described === undefined || changelog.partition >= described.partitions) return undefined
  return (await wholeRanges(log, [changelog]))[0]
}

function problemOf(position: number | undefined, range: OffsetRange | undefined): string | undefined {
  if (range === undefined) return 'its changelog does not exist'
  if (position !== undefined && position > range.to)
    return `it stands at offset ${position}, but its changelog ends at ${range.to}`
  return undefined
}

async function recordsUpTo(log: Log, range: OffsetRange, position: number): Promise<readonly RestoreRecord[]> {
  const records: RestoreRecord[] = []
  for await (const batch of readRanges(log, [{ ...range, to: Math.min(range.to, position) }])) {
    for (const { key, value, timestamp } of batch.records) records.push({ key, value, timestamp })
  }
  return records
}
