/** Whether a copy of a store has reached what a question demands (cf. PositionBound of KIP-796). */
import { MillraceError } from '../../errors'
import type { PartitionOffset } from '../../log/port'
import type { GlobalReplica } from '../global-tables'
import { queryInvalid } from './errors'
import type { QueryHost, Replica } from './host'
import type { PlacedStore } from './placing'
import type { AnsweredBy } from './query'

/** What of the demanded positions concerns this partition of a store. */
export interface Demanded {
  readonly inputs: readonly PartitionOffset[]
  readonly changelog: readonly PartitionOffset[]
}

/** @throws TerminalError QUERY_INVALID for a topic that does not feed the store */
export function demandedOf(placed: PlacedStore, partition: number, bounds: readonly PartitionOffset[]): Demanded {
  const { declaration, topic: changelog, inputs, subTopology } = placed
  for (const { topic, offset } of bounds) {
    if (topic !== changelog && !inputs.includes(topic))
      throw queryInvalid(
        declaration.name,
        `topic ${topic} does not feed it directly, so no position in it can be demanded; ${inputs.join(', ')} can be named`,
      )
    if (!Number.isSafeInteger(offset)) throw queryInvalid(declaration.name, `${offset} is no offset of ${topic}`)
  }
  const own = bounds.filter((bound) => subTopology === undefined || bound.partition === partition)
  return {
    inputs: own.filter(({ topic }) => inputs.includes(topic)),
    changelog: own.filter(({ topic }) => topic === changelog && !inputs.includes(topic)),
  }
}

/** An active task has reached an input's record when it has been processed and everything it caused is in the stores. */
export function activeHasReached({ inputs, changelog }: Demanded, replica: Replica, store: string): boolean {
  return (
    covers(replica.inputs ?? [], inputs) &&
    changelog.every(({ offset }) => offset < (replica.changelog(store)?.position ?? 0))
  )
}

export function globalHasReached({ inputs }: Demanded, { positions }: GlobalReplica): boolean {
  return covers(positions, inputs)
}

/**
 * From where the changelog need not be read to hold what is demanded: a standby that has read so far has it. Undefined
 * while an input's record is not committed: a task commits an offset after, or together with, the changelog records
 * that what was before it has caused.
 */
export async function changelogEndHolding(
  { inputs, changelog }: Demanded,
  host: QueryHost,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): Promise<number | undefined> {
  const logged = Math.max(0, ...changelog.map(({ offset }) => offset + 1))
  if (inputs.length === 0) return logged
  const committed = await host.admin.committedOffsets(host.applicationId, inputs)
  if (!covers(committed, inputs)) return undefined
  const [end] = await host.admin.offsets([{ topic, partition }], 'latest')
  return Math.max(logged, end?.offset ?? 0)
}

/** Whether everything demanded lies before where is read on. */
function covers(nextOffsets: readonly PartitionOffset[], demanded: readonly PartitionOffset[]): boolean {
  return demanded.every(({ topic, partition, offset }) =>
    nextOffsets.some((next) => next.topic === topic && next.partition === partition && next.offset > offset),
  )
}

export function positionNotReached(placed: PlacedStore, demanded: Demanded, by: AnsweredBy): MillraceError {
  const shown = (offsets: readonly PartitionOffset[]) =>
    offsets.map(({ topic, partition, offset }) => `${topic}-${partition} offset ${offset}`).join(', ') || 'nothing'
  const wanted = [...demanded.inputs, ...demanded.changelog]
  return new MillraceError(
    'POSITION_NOT_REACHED',
    `store ${placed.declaration.name} of task ${by.taskId} has not reached ${shown(wanted)} in time: it holds ${shown(by.position)}`,
    { details: { store: placed.declaration.name, task: by.taskId, atLeast: wanted, position: by.position } },
  )
}

/** The last records whose effect is held, from where is read on. */
export function heldBefore(nextOffsets: readonly PartitionOffset[]): readonly PartitionOffset[] {
  return nextOffsets.flatMap(({ topic, partition, offset }) =>
    offset > 0 ? [{ topic, partition, offset: offset - 1 }] : [],
  )
}
