import type { Clock } from '../../clock'
import { FencedError, MillraceError } from '../../errors'
import type { GroupDescription, GroupMember, GroupMetadata, GroupOptions, MemberStatus, PartitionOffset } from '../port'
import { type Group, type Member, openGroup } from './group'

export interface GroupsOptions {
  readonly clock: Clock
  newId(): string
  commit(groupId: string, offsets: readonly PartitionOffset[]): void
}

/** The groups whose members live in this process. */
export interface Groups {
  member(options: GroupOptions): GroupMember
  /** @throws FencedError MEMBER_FENCED unless this is a member of the group's generation, or speaks for none (KIP-447) */
  assertCurrent(group: GroupMetadata): void
  /** @throws FencedError MEMBER_FENCED when the group has members, whose offsets are theirs alone */
  assertEmpty(groupId: string): void
  describe(groupId: string): GroupDescription
  /** Groups that have members. */
  inUse(): readonly string[]
  /** The group goes on without this member, as when its session has expired. */
  expire(groupId: string, memberId: string): void
  /** Every member leaves, and none joins any more. */
  close(): void
}

/** Kafka's names of the states of a classic group. */
const stateNames = { stable: 'Stable', preparing: 'PreparingRebalance', completing: 'CompletingRebalance' } as const

export function groupCoordinator(options: GroupsOptions): Groups {
  const groups = new Map<string, Group>()
  let isClosed = false

  function groupOf(id: string): Group {
    const group = groups.get(id) ?? openGroup(id, options.clock)
    groups.set(id, group)
    return group
  }

  function assertCurrent({ groupId, memberId, generation }: GroupMetadata): void {
    if (memberId === '' && generation < 0) return
    const group = groups.get(groupId)
    if (group?.generation === generation && group.members.get(memberId)?.generation === generation) return
    throw new FencedError(
      'MEMBER_FENCED',
      `group ${groupId} is at generation ${group?.generation ?? 0}: member ${memberId} of generation ${generation} may not commit`,
      { details: { groupId, memberId, generation } },
    )
  }

  return {
    member(memberOptions) {
      const group = groupOf(memberOptions.groupId)
      return openMember({
        group,
        options: memberOptions,
        newId: options.newId,
        assertOpen() {
          if (isClosed) throw new MillraceError('CLOSED', 'the log is closed')
        },
        commit(metadata, offsets) {
          assertCurrent(metadata)
          options.commit(group.id, offsets)
        },
      })
    },
    assertCurrent,
    assertEmpty(groupId) {
      const members = groups.get(groupId)?.members.size ?? 0
      if (members === 0) return
      throw new FencedError('MEMBER_FENCED', `group ${groupId} has ${members} members: stop them first`, {
        details: { groupId, members },
      })
    },
    describe(groupId) {
      const group = groups.get(groupId)
      const members = group?.members.size ?? 0
      return { groupId, state: group === undefined || members === 0 ? 'Empty' : stateNames[group.phase], members }
    },
    inUse: () => [...groups.values()].filter((group) => group.members.size > 0).map((group) => group.id),
    expire(groupId, memberId) {
      const group = groups.get(groupId)
      const member = group?.members.get(memberId)
      if (member !== undefined) group?.remove(member, 'lost')
    },
    close() {
      isClosed = true
      for (const group of groups.values()) {
        for (const member of [...group.members.values()]) group.remove(member, 'left')
      }
    },
  }
}

interface OpenMemberOptions {
  readonly group: Group
  readonly options: GroupOptions
  newId(): string
  assertOpen(): void
  commit(group: GroupMetadata, offsets: readonly PartitionOffset[]): void
}

function openMember({ group, options, newId, assertOpen, commit }: OpenMemberOptions): GroupMember {
  const listeners: ((status: MemberStatus) => void)[] = []
  let status: MemberStatus = 'left'
  /** Kept after it is lost, so that a late commit is refused by its old generation. */
  let member: Member | undefined

  function setStatus(next: MemberStatus): void {
    if (next === status) return
    status = next
    for (const listener of [...listeners]) listener(next)
  }

  function enter(): Member {
    return { id: `${options.clientId}-${newId()}`, options, generation: -1, waiting: undefined, setStatus }
  }

  return {
    get status() {
      return status
    },
    async join() {
      assertOpen()
      if (member === undefined || group.members.get(member.id) !== member) member = enter()
      return group.join(member)
    },
    requestRejoin() {
      if (status === 'joined') group.rebalance()
    },
    async commit(offsets) {
      const { id, generation } = member ?? { id: 'that never joined', generation: -1 }
      commit({ groupId: group.id, memberId: id, generation }, offsets)
    },
    onStatus(listener) {
      listeners.push(listener)
    },
    async leave() {
      if (member !== undefined && group.members.get(member.id) === member) group.remove(member, 'left')
      else setStatus('left')
    },
  }
}
