import type { MemberAssignment, MemberSubscription, TopicPartition } from '../log/port'
import { decodeMemberInfo, encodeInfo, type MemberMetadata } from './member-info'

export interface AssignableTask {
  readonly id: string
  readonly inputs: readonly TopicPartition[]
}

/**
 * Shares the tasks out: all partitions of a task go to one member; a task stays with its owner while the load allows,
 * else goes to where its state is, else to who has the least. Deterministic in its inputs (cf. KIP-441, HighAvailabilityTaskAssignor).
 */
export function assignTasks(
  tasks: readonly AssignableTask[],
  members: readonly MemberSubscription[],
): ReadonlyMap<string, MemberAssignment> {
  const ids = members.map(({ memberId }) => memberId).sort()
  const infoOf = new Map(members.map(({ memberId, userData }) => [memberId, decodeMemberInfo(userData)]))
  const chosen = new Map<string, AssignableTask[]>(ids.map((id) => [id, []]))
  const most = Math.ceil(tasks.length / ids.length)
  /** Members that may carry `most` tasks; the others carry one fewer. */
  const fullShares = tasks.length - (most - 1) * ids.length
  const hasRoom = (id: string): boolean => {
    const load = chosen.get(id)!.length
    if (load < most - 1) return true
    const full = ids.filter((other) => chosen.get(other)!.length >= most).length
    return load < most && full < fullShares
  }
  const place = (remaining: readonly AssignableTask[], wants: (id: string, task: AssignableTask) => boolean) =>
    remaining.filter((task) => {
      const taker = ids.find((id) => wants(id, task) && hasRoom(id))
      if (taker === undefined) return true
      chosen.get(taker)!.push(task)
      return false
    })

  const homeless = place(
    place([...tasks], (id, task) => infoOf.get(id)!.active.includes(task.id)),
    (id, task) => task.id in infoOf.get(id)!.offsets,
  )
  for (const task of homeless) {
    const least = ids.reduce((best, id) => (chosen.get(id)!.length < chosen.get(best)!.length ? id : best))
    chosen.get(least)!.push(task)
  }
  const metadata = ids.map((memberId): MemberMetadata => {
    const { endpoint, rack } = infoOf.get(memberId)!
    const active = chosen.get(memberId)!.map(({ id }) => id)
    return { memberId, endpoint, rack, active: active.sort(), standby: [] }
  })
  return new Map(metadata.map((own) => [own.memberId, toAssignment(chosen.get(own.memberId)!, own, metadata)]))
}

function toAssignment(
  tasks: readonly AssignableTask[],
  { active, standby }: MemberMetadata,
  members: readonly MemberMetadata[],
): MemberAssignment {
  return { partitions: tasks.flatMap(({ inputs }) => inputs), userData: encodeInfo({ active, standby, members }) }
}
