import type { MemberAssignment, MemberSubscription } from '../../log/port'
import { encodeInfo, type MemberMetadata } from '../member-info'
import { placeStateful, placeStateless } from './active'
import {
  type AssignableTask,
  type AssignmentSettings,
  byPartition,
  type Member,
  type Process,
  processesOf,
} from './model'
import { shareOut } from './shares'
import { placeStandbys } from './standbys'

export interface AssignmentInput {
  readonly tasks: readonly AssignableTask[]
  readonly members: readonly MemberSubscription[]
  /** The sum of the ends of its changelogs, by stateful task; undefined where they could not be had. */
  readonly ends: ReadonlyMap<string, number> | undefined
  readonly settings: AssignmentSettings
}

/** What one member is to do. */
interface Duties {
  readonly active: readonly string[]
  readonly standby: readonly string[]
  /** Of the standbys those that are to become active here. */
  readonly warmup: readonly string[]
}

/**
 * Shares the tasks out, as a pure function of what the members have told: all inputs of a task go to one member; stateful
 * and stateless tasks are each spread evenly; a task stays where it is while that allows it, else goes to where its state
 * is, by the offsets of its changelogs (KIP-441, HighAvailabilityTaskAssignor).
 */
export function assignTasks(input: AssignmentInput): ReadonlyMap<string, MemberAssignment> {
  const { members, ends, settings } = input
  const tasks = [...input.tasks].sort(byPartition)
  const processes = processesOf(members, ends ?? new Map())
  const stateful = tasks.filter(({ changelogs }) => changelogs.length > 0)
  const stateless = tasks.filter(({ changelogs }) => changelogs.length === 0)
  const places = placeStateful(stateful, processes, settings)
  const standbys = placeStandbys(stateful, processes, places, settings)
  const loads = countBy([...places.active.values()].map(({ id }) => id))
  const rest = placeStateless(stateless, processes, loads)
  const duties = new Map(
    processes.flatMap((process) => [
      ...dutiesOf(process, {
        stateful: stateful.filter(({ id }) => places.active.get(id) === process),
        stateless: stateless.filter(({ id }) => rest.get(id) === process),
        standby: stateful.filter(({ id }) => standbys.get(id)?.includes(process)),
        warmup: (id) => places.warmup.get(id) === process,
      }),
    ]),
  )
  return assignments(tasks, processes, duties, ends === undefined ? settings.probingRebalanceIntervalMs : undefined)
}

interface ProcessDuties {
  readonly stateful: readonly AssignableTask[]
  readonly stateless: readonly AssignableTask[]
  readonly standby: readonly AssignableTask[]
  readonly warmup: (id: string) => boolean
}

/** Shares what a process is to do among its members, each with what it has at hand. */
function dutiesOf({ members }: Process, duties: ProcessDuties): ReadonlyMap<string, Duties> {
  const bins = members.map(({ id, info }) => ({ id, capacity: 1, info }))
  const has = (list: readonly string[], id: string) => list.includes(id)
  const staying = ({ id }: AssignableTask, { info }: Member) =>
    has(info.active, id) ? 0 : has(info.standby, id) ? 1 : undefined
  const stateful = shareOut({ tasks: duties.stateful, bins, rank: staying })
  const running = countBy([...stateful.values()].map(({ id }) => id))
  const stateless = shareOut({ tasks: duties.stateless, bins, rank: staying, loads: running })
  const standby = shareOut({
    tasks: duties.standby,
    bins,
    rank: ({ id }, { info }) => (has(info.standby, id) ? 0 : has(info.active, id) ? 1 : undefined),
    loads: running,
  })
  const of = (places: ReadonlyMap<string, Member>, member: string) =>
    [...places].flatMap(([task, { id }]) => (id === member ? [task] : []))
  return new Map(
    members.map(({ id }) => {
      const [active, copies] = [[...of(stateful, id), ...of(stateless, id)], of(standby, id)]
      return [id, { active: active.sort(), standby: copies.sort(), warmup: copies.filter(duties.warmup).sort() }]
    }),
  )
}

function assignments(
  tasks: readonly AssignableTask[],
  processes: readonly Process[],
  duties: ReadonlyMap<string, Duties>,
  probeAfterMs: number | undefined,
): ReadonlyMap<string, MemberAssignment> {
  const inputsOf = new Map(tasks.map(({ id, inputs }) => [id, inputs]))
  const members = processes.flatMap((process) => process.members)
  const metadata = members.map(({ id, info: { endpoint, rack } }): MemberMetadata => {
    const { active, standby } = duties.get(id)!
    return { memberId: id, endpoint, rack, active, standby }
  })
  return new Map(
    processes.flatMap((process) => {
      const nearby = process.members.flatMap(({ id }) => [...duties.get(id)!.active, ...duties.get(id)!.standby])
      return process.members.map(({ id }): readonly [string, MemberAssignment] => {
        const own = duties.get(id)!
        // One that asks is enough.
        const probe = id === members[0]!.id ? probeAfterMs : undefined
        const userData = encodeInfo({ ...own, memberId: id, nearby, members: metadata, probeAfterMs: probe })
        return [id, { partitions: own.active.flatMap((task) => inputsOf.get(task)!), userData }]
      })
    }),
  )
}

function countBy(ids: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}
