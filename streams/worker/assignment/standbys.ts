import type { StatefulPlaces } from './active'
import { type AssignableTask, type AssignmentSettings, byId, type Process } from './model'
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

  for (let replica = 0; replica < standbyReplicas; replica += 1) {
    const wanting = tasks.filter(({ id }) => !keep(id))
    for (const { id } of wanting) add(id)
  }
  for (let move = nextMove(); move !== undefined; move = nextMove()) {
    const { id, from, to } = move
    placed.set(id, [...placed.get(id)!.filter((process) => process !== from), to])
    loads.set(from.id, loads.get(from.id)! - 1)
    loads.set(to.id, loads.get(to.id)! + 1)
  }
  return placed

  /** What it carries in relation to its share. */
  function load({ id, capacity }: Process, more = 0): number {
    return (loads.get(id)! + more) / capacity
  }
  /** Copies stay where they are at first: what that leaves uneven is evened out, at the least that has to be read anew. */
  function nextMove() {
    const moves = [...placed].flatMap(([id, copies]) =>
      copies
        .filter((from) => warmup.get(id) !== from)
        .flatMap((from) => {
          const others = copies.filter((process) => process !== from)
          const open = free(id, others).filter((to) => to !== from && load(from) > load(to, 1))
          return open.map((to) => ({ id, from, to }))
        }),
    )
    const cost = ({ id, to }: (typeof moves)[number]) => (to.hasState(id) ? to.lag(id) : Number.POSITIVE_INFINITY)
    return moves.sort((a, b) => cost(a) - cost(b) || byId(a, b) || byId(a.to, b.to))[0]
  }

  /** Where a copy may go, beside the task itself and the copies that are placed. */
  function free(id: string, copies: readonly Process[] = placed.get(id) ?? []): readonly Process[] {
    const taken = [active.get(id)!, ...copies]
    const others = processes.filter((process) => !taken.includes(process))
    const racks = new Set(taken.map(({ rack }) => rack))
    const elsewhere = others.filter(({ rack }) => rack !== undefined && !racks.has(rack))
    return elsewhere.length > 0 ? elsewhere : others
  }
  /** Leaves a copy where one is, if that is a good place. */
  function keep(id: string): boolean {
    const kept = free(id).filter((process) => process.standby.has(id))
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
    const known = (process: Process) => (process.hasState(id) ? process.lag(id) : Number.POSITIVE_INFINITY)
    place(
      id,
      least(candidates, (process) => [known(process), load(process)]),
    )
  }
}
