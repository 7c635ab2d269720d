import { OutageError } from '../errors'
import type { LogAdmin, TopicPartition } from '../log/port'
import type { TaskStores } from '../tasks/task-stores'
import type { AssignableTask } from './assignment/model'

/**
 * The sum of the ends of its changelogs, by task: with the sum of the offsets at which a copy stands it says how far that
 * is behind. Undefined where the log does not answer: the group is not to wait for that.
 */
export async function changelogEnds(
  tasks: readonly AssignableTask[],
  admin: LogAdmin,
): Promise<ReadonlyMap<string, number> | undefined> {
  const stateful = tasks.filter(({ changelogs }) => changelogs.length > 0)
  if (stateful.length === 0) return new Map()
  try {
    const ends = await admin.offsets(
      stateful.flatMap(({ changelogs }) => changelogs),
      'latest',
    )
    const endOf = new Map(ends.map((end) => [placeOf(end), end.offset]))
    return new Map(stateful.map(({ id, changelogs }) => [id, sum(changelogs.map((at) => endOf.get(placeOf(at)) ?? 0))]))
  } catch (error) {
    if (error instanceof OutageError) return undefined
    throw error
  }
}

/** The sum of the offsets at which open stores stand. */
export function offsetSum({ all, changelogs }: TaskStores): number {
  return sum([...changelogs.keys()].map((name) => all.get(name)?.position ?? 0))
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
