import type { MemberSubscription, TopicPartition } from '../../log/port'
import { decodeMemberInfo, LATEST, type MemberInfo } from '../member-info'

export interface AssignableTask {
  readonly id: string
  readonly inputs: readonly TopicPartition[]
  /** Its partition of each changelog; a task without any is stateless: it can be moved at no cost. */
  readonly changelogs: readonly TopicPartition[]
}

export interface AssignmentSettings {
  /** Copies of each stateful task's stores on other members (num.standby.replicas). */
  readonly standbyReplicas: number
  /** A store that is no more records behind than this may take over at once (acceptable.recovery.lag). */
  readonly acceptableRecoveryLag: number
  /** So many tasks at once are made ready where they are to move to (max.warmup.replicas). */
  readonly maxWarmupReplicas: number
  /** The wait before tasks are shared out again, where how far stores are behind could not be found out (probing.rebalance.interval.ms). */
  readonly probingRebalanceIntervalMs: number
}

/** One member, with what it has told. */
export interface Member {
  readonly id: string
  readonly info: MemberInfo
}

/** Members that share one state directory: state is placed on processes, work on their members. */
export interface Process {
  readonly id: string
  readonly members: readonly Member[]
  readonly capacity: number
  readonly rack: string | undefined
  /** Tasks it processes now. */
  readonly active: ReadonlySet<string>
  /** Tasks whose stores it keeps current now. */
  readonly standby: ReadonlySet<string>
  /** Whether it has any state of the task. */
  hasState(taskId: string): boolean
  /** Records that its stores are behind; all that there are where it has no state. */
  lag(taskId: string): number
}

/** @param ends the sum of the ends of its changelogs, by task; a task is absent where they could not be had */
export function processesOf(
  subscriptions: readonly MemberSubscription[],
  ends: ReadonlyMap<string, number>,
): readonly Process[] {
  const members = subscriptions
    .map(({ memberId, userData }): Member => ({ id: memberId, info: decodeMemberInfo(userData) }))
    .sort(byId)
  const ids = new Map<string, Member[]>()
  for (const member of members) {
    const id = member.info.process ?? member.id
    ids.set(id, [...(ids.get(id) ?? []), member])
  }
  return [...ids].map(([id, own]) => processOf(id, own, ends)).sort(byId)
}

function processOf(id: string, members: readonly Member[], ends: ReadonlyMap<string, number>): Process {
  const offsets = new Map<string, number>()
  for (const { info } of members) {
    for (const [task, offset] of Object.entries(info.offsets)) {
      const known = offsets.get(task)
      if (known !== LATEST) offsets.set(task, offset === LATEST ? LATEST : Math.max(known ?? 0, offset))
    }
  }
  return {
    id,
    members,
    capacity: members.length,
    rack: members.find(({ info }) => info.rack !== undefined)?.info.rack,
    active: new Set(members.flatMap(({ info }) => info.active)),
    standby: new Set(members.flatMap(({ info }) => info.standby)),
    hasState: (task) => offsets.has(task),
    lag: (task) => lagOf(offsets.get(task), ends.get(task)),
  }
}

function lagOf(offset: number | undefined, end: number | undefined): number {
  if (offset === LATEST) return 0
  if (end === undefined) return offset === undefined ? Number.POSITIVE_INFINITY : 0
  // A store beyond the end is one of a changelog that no longer is: it will be rebuilt.
  return offset === undefined || offset > end ? end : end - offset
}

export function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** By partition first, so that each member gets tasks of every sub-topology: they may differ much in their work. */
export function byPartition(a: AssignableTask, b: AssignableTask): number {
  const [subA, partitionA] = placeOf(a)
  const [subB, partitionB] = placeOf(b)
  return partitionA - partitionB || subA - subB
}

/** The sub-topology and the partition. */
export function placeOf({ id }: { readonly id: string }): readonly [number, number] {
  const [sub, partition] = id.split('_').map(Number)
  return [sub ?? 0, partition ?? 0]
}
