import { setImmediate as immediate } from 'node:timers/promises'
import type { Clock } from '../../clock'
import { MillraceError } from '../../errors'
import type { GroupOptions, Joined, MemberAssignment, MemberStatus } from '../port'

export interface Member {
  readonly id: string
  readonly options: GroupOptions
  /** The generation it last joined. */
  generation: number
  /** Set from a join until the group answers it. */
  waiting: Waiting | undefined
  setStatus(status: MemberStatus): void
}

export interface Waiting {
  readonly promise: Promise<Joined>
  readonly userData: Buffer
  resolve(joined: Joined): void
  reject(error: unknown): void
}

/** `preparing`: waits for all members to join again. `completing`: the leader shares the partitions out. */
export type GroupPhase = 'stable' | 'preparing' | 'completing'

/** The life of one group: from rebalance to rebalance, a generation each (the classic protocol, without a wire). */
export interface Group {
  readonly id: string
  readonly members: ReadonlyMap<string, Member>
  readonly generation: number
  readonly phase: GroupPhase
  /** Resolves when the group has been shared out with this member in it. */
  join(member: Member): Promise<Joined>
  /** Asks every member to join once more. */
  rebalance(): void
  remove(member: Member, status: 'lost' | 'left'): void
}

const nothing: MemberAssignment = Object.freeze({ partitions: [], userData: Buffer.alloc(0) })

export function openGroup(id: string, clock: Clock): Group {
  const members = new Map<string, Member>()
  let generation = 0
  let phase: GroupPhase = 'stable'
  /** Ends the wait for those who have not joined again. */
  let patience: AbortController | undefined

  function rebalance(): void {
    phase = 'preparing'
    if (patience === undefined) void dropAbsent()
    for (const member of [...members.values()]) if (member.waiting === undefined) member.setStatus('rebalance')
    void completeSoon()
  }

  /** Those who have not come back in time are out. */
  async function dropAbsent(): Promise<void> {
    const controller = new AbortController()
    patience = controller
    const timeouts = [...members.values()].map((member) => member.options.rebalanceTimeoutMs)
    await clock.sleep(Math.max(0, ...timeouts), controller.signal)
    if (controller.signal.aborted) return
    patience = undefined
    for (const member of [...members.values()]) if (member.waiting === undefined) expel(member, 'lost')
    void completeSoon()
  }

  function expel(member: Member, status: 'lost' | 'left'): void {
    members.delete(member.id)
    member.waiting?.reject(new MillraceError('CLOSED', `the member left group ${id} while it joined`))
    member.waiting = undefined
    member.setStatus(status)
  }

  /** Not at once, so that members which start together are shared between together. */
  async function completeSoon(): Promise<void> {
    await immediate()
    const joining = [...members.values()]
    if (phase !== 'preparing' || joining.some((member) => member.waiting === undefined)) return
    patience?.abort()
    patience = undefined
    phase = 'stable'
    if (joining.length > 0) await shareOut(joining, joining[0]!)
  }

  async function shareOut(joining: readonly Member[], leader: Member): Promise<void> {
    phase = 'completing'
    generation += 1
    const ours = generation
    const isOvertaken = () => phase !== 'completing' || generation !== ours
    try {
      const assignments = await leader.options.assign(joining.map(subscription))
      if (!isOvertaken()) answer(joining, assignments)
    } catch (error) {
      if (isOvertaken()) return
      leader.waiting?.reject(error)
      leader.waiting = undefined
      expel(leader, 'left')
      rebalance()
    }
  }

  function answer(joining: readonly Member[], assignments: ReadonlyMap<string, MemberAssignment>): void {
    phase = 'stable'
    const answers = joining.map((member) => {
      const { waiting } = member
      member.waiting = undefined
      member.generation = generation
      const joined = {
        assignment: assignments.get(member.id) ?? nothing,
        group: { groupId: id, memberId: member.id, generation },
      }
      return { member, waiting, joined }
    })
    for (const { member, waiting, joined } of answers) {
      member.setStatus('joined')
      waiting?.resolve(joined)
    }
  }

  return {
    id,
    members,
    get generation() {
      return generation
    },
    get phase() {
      return phase
    },
    join(member) {
      if (member.waiting !== undefined) return member.waiting.promise
      members.set(member.id, member)
      const waiting = newWaiting(member.options.userData())
      member.waiting = waiting
      if (phase === 'preparing') void completeSoon()
      else rebalance()
      return waiting.promise
    },
    rebalance,
    remove(member, status) {
      expel(member, status)
      rebalance()
    },
  }
}

function subscription({ id, options, waiting }: Member) {
  return { memberId: id, topics: options.topics, userData: waiting?.userData ?? Buffer.alloc(0) }
}

function newWaiting(userData: Buffer): Waiting {
  let settle: Pick<Waiting, 'resolve' | 'reject'>
  const promise = new Promise<Joined>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, userData, ...settle! }
}
