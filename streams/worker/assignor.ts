import type { MemberAssignment, MemberSubscription, TopicPartition } from '../log/port'

/** What a member tells the leader: the tasks it runs, and those whose state lies in its directory. */
export interface MemberInfo {
  readonly owned: readonly string[]
  readonly warm: readonly string[]
}

export interface AssignableTask {
  readonly id: string
  readonly inputs: readonly TopicPartition[]
}

export function encodeMemberInfo(info: MemberInfo): Buffer {
  return Buffer.from(JSON.stringify(info), 'utf8')
}

function decodeMemberInfo(userData: Buffer): MemberInfo {
  try {
    const { owned = [], warm = [] } = JSON.parse(userData.toString('utf8')) as Partial<MemberInfo>
    return { owned, warm }
  } catch {
    return { owned: [], warm: [] }
  }
}

export function assignedTasks(assignment: MemberAssignment): readonly string[] {
  return assignment.userData.length === 0
    ? []
    : (JSON.parse(assignment.userData.toString('utf8')) as { tasks: string[] }).tasks
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
    place([...tasks], (id, task) => infoOf.get(id)!.owned.includes(task.id)),
    (id, task) => infoOf.get(id)!.warm.includes(task.id),
  )
  for (const task of homeless) {
    const least = ids.reduce((best, id) => (chosen.get(id)!.length < chosen.get(best)!.length ? id : best))
    chosen.get(least)!.push(task)
  }
  return new Map(ids.map((id) => [id, toAssignment(chosen.get(id)!)]))
}

function toAssignment(tasks: readonly AssignableTask[]): MemberAssignment {
  return {
    partitions: tasks.flatMap(({ inputs }) => inputs),
    userData: Buffer.from(JSON.stringify({ tasks: tasks.map(({ id }) => id).sort() }), 'utf8'),
  }
}
