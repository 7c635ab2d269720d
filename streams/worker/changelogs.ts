import type { Clock } from '../clock'
import { OutageError } from '../errors'
import type { LogAdmin, PartitionOffset, TopicPartition } from '../log/port'
import type { TaskStores } from '../tasks/task-stores'
import type { AssignableTask } from './assignment/model'

/** While its leader looks, the whole group stands still. */
const PATIENCE_MS = 5_000

/**
 * The sum of the ends of its changelogs, by task: with the sum of the offsets at which a copy stands it says how far that
 * is behind. Undefined where the log does not answer: the group is not to wait for that.
 */
export async function changelogEnds(
  tasks: readonly AssignableTask[],
  admin: LogAdmin,
  clock: Clock,
): Promise<ReadonlyMap<string, number> | undefined> {
  const stateful = tasks.filter(({ changelogs }) => changelogs.length > 0)
  if (stateful.length === 0) return new Map()
  const ends = await offsetsSoon(
    stateful.flatMap(({ changelogs }) => changelogs),
    admin,
    clock,
  )
  if (ends === undefined) return undefined
  const endOf = new Map(ends.map((end) => [placeOf(end), end.offset]))
  return new Map(stateful.map(({ id, changelogs }) => [id, sum(changelogs.map((at) => endOf.get(placeOf(at)) ?? 0))]))
}

async function offsetsSoon(
  partitions: readonly TopicPartition[],
  admin: LogAdmin,
  clock: Clock,
): Promise<readonly PartitionOffset[] | undefined> {
  const timer = new AbortController()
  const late = clock.sleep(PATIENCE_MS, timer.signal).then(() => undefined)
  const asked = admin.offsets(partitions, 'latest').catch((error: unknown) => {
    if (error instanceof OutageError) return undefined
    throw error
  })
  try {
    return await Promise.race([asked, late])
  } finally {
    timer.abort()
    // What fails when it is not waited for any more is of no interest.
    asked.catch(() => undefined)
  }
}

/** The sum of the offsets at which open stores stand, but for those that are lost when they are closed. */
export function offsetSum({ all, changelogs }: TaskStores, lost: ReadonlySet<string> = new Set()): number {
  return sum([...changelogs.keys()].map((name) => (lost.has(name) ? 0 : (all.get(name)?.position ?? 0))))
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
