import { type AssignableTask, type AssignmentSettings, byPartition, type Process } from './model'
import { least, shareOut } from './shares'

/** Where stateful tasks run until the next rebalance, and where some of them are made ready to move to. */
export interface StatefulPlaces {
  /** By the task's id. */
  readonly active: ReadonlyMap<string, Process>
  readonly warmup: ReadonlyMap<string, Process>
}

/**
 * Places the stateful tasks (KIP-441). Where all should run in the end is found first: evenly, where they run now, else
 * where most of their state is. A task that would have to restore much there runs meanwhile where it is most up to date,
 * and is warmed up as a standby where it is to go.
 */
export function placeStateful(
  tasks: readonly AssignableTask[],
  processes: readonly Process[],
  { acceptableRecoveryLag, maxWarmupReplicas }: AssignmentSettings,
): StatefulPlaces {
  const targets = shareOut({
    tasks: inOrderOfStaying(tasks, processes),
    bins: processes,
    rank: ({ id }, process) => {
      if (process.active.has(id)) return 0
      return process.hasState(id) ? 1 + process.lag(id) : undefined
    },
  })
  const active = new Map<string, Process>()
  const moving: { readonly id: string; readonly target: Process }[] = []
  for (const { id } of tasks) {
    const target = targets.get(id)!
    const standIn = target.lag(id) <= acceptableRecoveryLag ? target : mostCurrent(id, target, processes)
    active.set(id, standIn)
    if (standIn !== target) moving.push({ id, target })
  }
  // Those that have begun go on: to begin with others would throw away what they have read.
  const begun = moving.filter(({ id, target }) => target.standby.has(id))
  const others = moving.filter(({ id, target }) => !target.standby.has(id))
  const warmed = [...begun, ...others].slice(0, maxWarmupReplicas)
  return { active, warmup: new Map(warmed.map(({ id, target }) => [id, target])) }
}

/** Whoever has too many gives away first what others have the most state of. */
function inOrderOfStaying(tasks: readonly AssignableTask[], processes: readonly Process[]): readonly AssignableTask[] {
  const leastElsewhere = new Map(
    tasks.map(({ id }) => {
      const others = processes.filter((process) => !process.active.has(id) && process.hasState(id))
      return [id, Math.min(Number.POSITIVE_INFINITY, ...others.map((process) => process.lag(id)))]
    }),
  )
  return [...tasks].sort((a, b) => {
    const [lagA, lagB] = [leastElsewhere.get(a.id)!, leastElsewhere.get(b.id)!]
    return lagA === lagB ? byPartition(a, b) : lagB - lagA
  })
}

/** The target itself unless another has less to restore. */
function mostCurrent(id: string, target: Process, processes: readonly Process[]): Process {
  return least(processes, (process) => [process.lag(id), process === target ? 0 : 1, process.active.has(id) ? 0 : 1])
}

/** Places the tasks without state, so that with what is placed already all carry alike. */
export function placeStateless(
  tasks: readonly AssignableTask[],
  processes: readonly Process[],
  loads: ReadonlyMap<string, number>,
): ReadonlyMap<string, Process> {
  return shareOut({
    tasks,
    bins: processes,
    loads,
    rank: ({ id }, process) => (process.active.has(id) ? 0 : undefined),
  })
}
