import type { StatefulPlaces } from './active'
import type { AssignableTask, AssignmentSettings, Process } from './model'
import { least } from './shares'

/**
 * Places the standbys of stateful tasks: never where the task itself or another of its copies is, in racks that have none
 * of it as long as there are such (KIP-708), where they are already, and else where the fewest copies of anything are.
 * @returns the processes of each task's standbys, warm-ups included, by the task's id
 */
export function placeStandbys(
  tasks: readonly AssignableTask[],
  processes: readonly Process[],
  { active, warmup }: StatefulPlaces,
  { standbyReplicas }: AssignmentSettings,
): ReadonlyMap<string, readonly Process[]> {
  const placed = new Map<string, Process[]>()
  const loads = new Map(processes.map(({ id }) => [id, 0]))
  const place = (id: string, process: Process) => {
    placed.set(id, [...(placed.get(id) ?? []), process])
    loads.set(process.id, loads.get(process.id)! + 1)
  }
  for (const process of active.values()) loads.set(process.id, loads.get(process.id)! + 1)
  for (const [id, process] of warmup) place(id, process)

  const capacity = processes.reduce((total, process) => total + process.capacity, 0)
  const copies = tasks.length * (1 + Math.min(standbyReplicas, processes.length - 1)) + warmup.size
  const share = (process: Process) => Math.ceil((copies * process.capacity) / capacity)
  for (let replica = 0; replica < standbyReplicas; replica += 1) {
    const wanting = tasks.filter(({ id }) => !keep(id))
    for (const { id } of wanting) add(id)
  }
  return placed

  function free(id: string): readonly Process[] {
    const taken = [active.get(id)!, ...(placed.get(id) ?? [])]
    const others = processes.filter((process) => !taken.includes(process))
    const racks = new Set(taken.map(({ rack }) => rack))
    const elsewhere = others.filter(({ rack }) => rack !== undefined && !racks.has(rack))
    return elsewhere.length > 0 ? elsewhere : others
  }
  /** Leaves a copy where one is, if it is in a good place and there is no more than its share. */
  function keep(id: string): boolean {
    const kept = free(id).filter((process) => process.standby.has(id) && loads.get(process.id)! < share(process))
    if (kept.length > 0)
      place(
        id,
        least(kept, (process) => [process.lag(id)]),
      )
    return kept.length > 0
  }
  function add(id: string): void {
    const candidates = free(id)
    if (candidates.length === 0) return
    const full = (process: Process) => (loads.get(process.id)! < share(process) ? 0 : 1)
    const known = (process: Process) => (process.hasState(id) ? process.lag(id) : Number.POSITIVE_INFINITY)
    place(
      id,
      least(candidates, (process) => [full(process), known(process), loads.get(process.id)! / process.capacity]),
    )
  }
}
