/** Members and tasks for the tests of the assignment. */
import type { MemberSubscription } from '../../log/port'
import { type AssignmentInfo, decodeAssignmentInfo, encodeInfo, LATEST, type MemberInfo } from '../member-info'
import { assignTasks } from './assign'
import type { AssignableTask, AssignmentSettings } from './model'

export const settings: AssignmentSettings = {
  standbyReplicas: 0,
  acceptableRecoveryLag: 100,
  maxWarmupReplicas: 2,
  probingRebalanceIntervalMs: 60_000,
}
export const END = 10_000

export const task = (sub: number, partition: number, stateful = true): AssignableTask => ({
  id: `${sub}_${partition}`,
  inputs: ['orders', 'payments'].map((name) => ({ topic: `${name}-${sub}`, partition })),
  changelogs: stateful ? [{ topic: `changelog-${sub}`, partition }] : [],
})
export const tasksOf = (count: number, sub = 0, stateful = true) =>
  Array.from({ length: count }, (_, partition) => task(sub, partition, stateful))
export const member = (memberId: string, info: Partial<MemberInfo> = {}): MemberSubscription => ({
  memberId,
  topics: [],
  userData: encodeInfo({ active: [], standby: [], offsets: {}, ...info }),
})
/** One that processes these, up to date. */
export const owner = (memberId: string, active: readonly string[], info: Partial<MemberInfo> = {}) =>
  member(memberId, {
    active,
    ...info,
    offsets: { ...Object.fromEntries(active.map((id) => [id, LATEST])), ...info.offsets },
  })
export const endsOf = (tasks: readonly AssignableTask[], end = END) => new Map(tasks.map(({ id }) => [id, end]))

export type Told = ReadonlyMap<string, AssignmentInfo>
export function assign(
  tasks: readonly AssignableTask[],
  members: readonly MemberSubscription[],
  more: Partial<AssignmentSettings> & { readonly ends?: ReadonlyMap<string, number> } = {},
): Told {
  const { ends = endsOf(tasks), ...own } = more
  const result = assignTasks({ tasks, members, ends, settings: { ...settings, ...own } })
  return new Map([...result].map(([id, { userData }]) => [id, decodeAssignmentInfo(userData)]))
}
/** What the members tell at the next rebalance, when all has been done that they were told. */
export function afterwards(members: readonly MemberSubscription[], told: Told): readonly MemberSubscription[] {
  return members.map(({ memberId, userData }) => {
    const { process, rack } = JSON.parse(userData.toString()) as MemberInfo
    const { active, standby } = told.get(memberId)!
    return owner(memberId, active, {
      process,
      rack,
      standby,
      offsets: Object.fromEntries(standby.map((id) => [id, END])),
    })
  })
}
/** Rebalances until nothing is warmed up any more. */
export function settle(
  tasks: readonly AssignableTask[],
  members: readonly MemberSubscription[],
  more: Partial<AssignmentSettings> = {},
) {
  let told = assign(tasks, members, more)
  let rounds = 1
  for (; [...told.values()].some(({ warmup }) => warmup.length > 0); rounds += 1) {
    if (rounds > 200) throw new Error('does not settle')
    told = assign(tasks, afterwards(members, told), more)
  }
  return { told, rounds }
}
export const activeOf = (told: Told, id: string) => told.get(id)!.active
