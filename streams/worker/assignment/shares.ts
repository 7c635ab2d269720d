import { byId, placeOf } from './model'

/** What takes tasks: a process, or one of its members. */
export interface Bin {
  readonly id: string
  /** Its share in relation to that of others. */
  readonly capacity: number
}

export interface ShareOptions<B extends Bin, T extends { readonly id: string }> {
  /** In the order in which they choose. */
  readonly tasks: readonly T[]
  readonly bins: readonly B[]
  /** How gladly the task goes to this bin: lower is better, and undefined is no matter. */
  readonly rank: (task: T, bin: B) => number | undefined
  /** What each bin carries already, by its id. */
  readonly loads?: ReadonlyMap<string, number>
}

/**
 * Shares tasks out evenly, and within that to where each goes best: no bin carries more than its share, rounded up.
 * What goes nowhere in particular goes to who carries the least, and there to who has the fewest of its sub-topology.
 * @returns the bin of each task, by the task's id
 */
export function shareOut<B extends Bin, T extends { readonly id: string }>(
  options: ShareOptions<B, T>,
): ReadonlyMap<string, B> {
  const { tasks, bins, rank } = options
  const loads = new Map(bins.map(({ id }) => [id, options.loads?.get(id) ?? 0]))
  const chosen = new Map<string, B>()
  const hasRoom = roomIn(bins, loads, tasks.length)
  /** Tasks of a sub-topology that a bin has been given. */
  const kin = new Map<string, number>()
  const kinOf = (task: T, bin: B) => `${placeOf(task)[0]}/${bin.id}`
  const place = (task: T, bin: B) => {
    chosen.set(task.id, bin)
    loads.set(bin.id, loads.get(bin.id)! + 1)
    kin.set(kinOf(task, bin), (kin.get(kinOf(task, bin)) ?? 0) + 1)
  }
  const wishes = tasks
    .flatMap((task, order) =>
      bins.flatMap((bin) => {
        const wish = rank(task, bin)
        return wish === undefined ? [] : [{ task, order, bin, wish }]
      }),
    )
    .sort((a, b) => a.wish - b.wish || a.order - b.order || byId(a.bin, b.bin))
  for (const { task, bin } of wishes) if (!chosen.has(task.id) && hasRoom(bin)) place(task, bin)
  for (const task of tasks) {
    if (chosen.has(task.id)) continue
    const open = bins.filter(hasRoom)
    place(
      task,
      least(open.length > 0 ? open : bins, (bin) => [
        loads.get(bin.id)! / bin.capacity,
        kin.get(kinOf(task, bin)) ?? 0,
      ]),
    )
  }
  return chosen
}

/** Each bin may carry its share, rounded down, and as many of them one more as it takes to place all. */
function roomIn(bins: readonly Bin[], loads: ReadonlyMap<string, number>, coming: number): (bin: Bin) => boolean {
  const total = coming + sum([...loads.values()])
  const capacity = sum(bins.map((bin) => bin.capacity))
  const share = new Map(bins.map((bin) => [bin.id, (total * bin.capacity) / capacity]))
  const low = (id: string) => Math.floor(share.get(id)!)
  const extras = total - sum(bins.map(({ id }) => low(id)))
  return ({ id }) => {
    const load = loads.get(id)!
    if (load < low(id)) return true
    if (load >= Math.ceil(share.get(id)!)) return false
    return bins.filter((bin) => loads.get(bin.id)! > low(bin.id)).length < extras
  }
}

/** The first of those that are least by these measures, of which the first counts most. */
export function least<B extends Bin>(bins: readonly B[], measures: (bin: B) => readonly number[]): B {
  const [first, ...others] = [...bins].sort(byId).map((bin) => ({ bin, of: measures(bin) }))
  return others.reduce((best, next) => (compare(next.of, best.of) < 0 ? next : best), first!).bin
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : a[at]! < b[at]! ? -1 : 1
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
