import { FencedError } from '../../../errors'
import type { GroupMember, GroupOptions, Joined, MemberAssignment, MemberStatus } from '../../../log/port'
import { batch, eventually, type LogFixture, testTimeoutMs, uniqueName } from './fixture'

const partitions = [0, 1, 2, 3]

/** A member that joins again whenever it is asked to, and what came of it. */
interface Following {
  readonly member: GroupMember
  readonly seen: MemberStatus[]
  joined: Joined | undefined
}

export function groupContract(fixture: LogFixture): void {
  const member = (options: Partial<GroupOptions> & { readonly groupId: string; readonly topics: readonly string[] }) =>
    fixture.log.member({
      clientId: 'contract',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      heartbeatIntervalMs: 200,
      userData: () => Buffer.alloc(0),
      assign: (members) =>
        shareOut(
          members.map((each) => each.memberId),
          options.topics[0]!,
        ),
      ...options,
    })

  describe('a group', () => {
    test(
      'gives its only member everything',
      async () => {
        const topic = await fixture.topic(partitions.length)
        const only = member({ groupId: uniqueName('group'), topics: [topic] })
        expect(only.status).toBe('left')
        const joined = await only.join()
        expect(only.status).toBe('joined')
        expect(partitionsOf(joined)).toEqual(partitions)
        expect(joined.group.memberId).not.toBe('')
        await only.leave()
        expect(only.status).toBe('left')
      },
      testTimeoutMs,
    )

    test(
      'shares between two members, tells both of it, and hands over when one leaves',
      async () => {
        const topic = await fixture.topic(partitions.length)
        const groupId = uniqueName('group')
        const first = await follow(member({ groupId, topics: [topic] }))
        expect(partitionsOf(first.joined!)).toEqual(partitions)
        const generation = first.joined!.group.generation

        const second = await follow(member({ groupId, topics: [topic] }))
        await eventually(() => {
          expect(first.joined?.group.generation).toBe(second.joined?.group.generation)
          expect([...partitionsOf(first.joined!), ...partitionsOf(second.joined!)].sort()).toEqual(partitions)
          expect([first, second].map((each) => each.member.status)).toEqual(['joined', 'joined'])
        })
        expect(partitionsOf(first.joined!)).toHaveLength(2)
        expect(first.seen).toContain('rebalance')
        expect(first.joined!.group.generation).toBeGreaterThan(generation)
        expect(first.joined!.group.memberId).not.toBe(second.joined!.group.memberId)
        await eventually(async () => {
          expect(await fixture.log.admin.listGroups()).toContainEqual(expect.objectContaining({ groupId, members: 2 }))
        })

        await first.member.leave()
        await eventually(() => expect(partitionsOf(second.joined!)).toEqual(partitions))
        expect(second.seen).toContain('rebalance')
        await second.member.leave()
      },
      testTimeoutMs,
    )

    test(
      'takes user data to the leader and from it',
      async () => {
        const topic = await fixture.topic()
        const groupId = uniqueName('group')
        const options = (name: string): Parameters<typeof member>[0] => ({
          groupId,
          topics: [topic],
          userData: () => Buffer.from(name),
          assign: (members) =>
            new Map(
              members.map((each) => [
                each.memberId,
                { partitions: [], userData: Buffer.from(`${each.userData}, ${each.topics}, one of ${members.length}`) },
              ]),
            ),
        })
        const [first, second] = [await follow(member(options('first'))), await follow(member(options('second')))]
        await eventually(() => {
          expect(first.joined?.assignment.userData.toString()).toBe(`first, ${topic}, one of 2`)
          expect(second.joined?.assignment.userData.toString()).toBe(`second, ${topic}, one of 2`)
        })
        await first.member.leave()
        await second.member.leave()
      },
      testTimeoutMs,
    )

    test(
      'asks for user data anew at each join, and rebalances when a member requests it',
      async () => {
        const topic = await fixture.topic(partitions.length)
        const groupId = uniqueName('group')
        let told = 'before'
        const heard: string[] = []
        const options: Parameters<typeof member>[0] = {
          groupId,
          topics: [topic],
          userData: () => Buffer.from(told),
          assign: (members) => {
            heard.push(members.map((each) => each.userData.toString()).join())
            return shareOut(
              members.map((each) => each.memberId),
              topic,
            )
          },
        }
        const [first, second] = [await follow(member(options)), await follow(member(options))]
        await eventually(() => expect(heard.at(-1)).toBe('before,before'))
        await eventually(() => expect([first, second].map((each) => each.member.status)).toEqual(['joined', 'joined']))
        told = 'after'
        second.member.requestRejoin()
        await eventually(() => expect(heard.at(-1)).toBe('after,after'))
        await first.member.leave()
        await second.member.leave()
      },
      testTimeoutMs,
    )

    test(
      'commits the offsets of a member, during a rebalance too',
      async () => {
        const topic = await fixture.topic(partitions.length)
        const groupId = uniqueName('group')
        const first = member({ groupId, topics: [topic] })
        await first.join()
        await first.commit([{ topic, partition: 1, offset: 4 }])
        const asked = new Promise<void>((resolve) => first.onStatus((status) => status === 'rebalance' && resolve()))
        const second = member({ groupId, topics: [topic] })
        const joining = second.join()
        await asked
        await first.commit([{ topic, partition: 1, offset: 5, metadata: 'seen' }])
        await Promise.all([first.join(), joining])
        expect(await fixture.log.admin.committedOffsets(groupId, [{ topic, partition: 1 }])).toEqual([
          { topic, partition: 1, offset: 5, metadata: 'seen' },
        ])
        await first.leave()
        await second.leave()
      },
      testTimeoutMs,
    )

    test(
      'commits offsets in a transaction of the current generation and refuses those of an older one',
      async () => {
        const topic = await fixture.topic(partitions.length)
        const groupId = uniqueName('group')
        const only = member({ groupId, topics: [topic] })
        const producer = await fixture.log.transactionalProducer({
          transactionalId: uniqueName('id'),
          timeoutMs: 60_000,
        })
        const { group: older } = await only.join()
        await producer.commit([{ topic, partition: 0, offset: 1 }], older)
        only.requestRejoin()
        await eventually(() => expect(only.status).toBe('rebalance'))
        const { group: newer } = await only.join()
        expect(newer.generation).toBeGreaterThan(older.generation)
        await producer.send([batch(topic, 0, ['a'])])
        await producer.commit([{ topic, partition: 0, offset: 2, metadata: 'seen' }], newer)

        await producer.send([batch(topic, 0, ['b'])])
        const stale = producer.commit([{ topic, partition: 0, offset: 3 }], older)
        await expect(stale).rejects.toBeInstanceOf(FencedError)
        await expect(stale).rejects.toMatchObject({ code: 'MEMBER_FENCED' })
        await producer.close()
        expect(await fixture.log.admin.committedOffsets(groupId, [{ topic, partition: 0 }])).toEqual([
          { topic, partition: 0, offset: 2, metadata: 'seen' },
        ])
        await only.leave()
      },
      testTimeoutMs,
    )

    test(
      'goes on without a member that does not come back, which is lost and may not commit',
      async () => {
        const topic = await fixture.topic(partitions.length)
        const groupId = uniqueName('group')
        const patience = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 2_000 }
        const absent = member({ groupId, topics: [topic], ...patience })
        await absent.join()
        const present = await follow(member({ groupId, topics: [topic], ...patience }))
        await eventually(() => expect(partitionsOf(present.joined!)).toEqual(partitions))
        await expect(absent.commit([{ topic, partition: 0, offset: 1 }])).rejects.toMatchObject({
          code: 'MEMBER_FENCED',
        })
        await eventually(() => expect(absent.status).toBe('lost'))

        const back = await follow(absent)
        await eventually(() => {
          expect([...partitionsOf(back.joined!), ...partitionsOf(present.joined!)].sort()).toEqual(partitions)
        })
        await absent.leave()
        await present.member.leave()
      },
      testTimeoutMs,
    )

    test(
      'with members refuses to have its offsets set',
      async () => {
        const topic = await fixture.topic()
        const groupId = uniqueName('group')
        const only = member({ groupId, topics: [topic] })
        await only.join()
        await expect(fixture.log.admin.setOffsets(groupId, [{ topic, partition: 0, offset: 1 }])).rejects.toMatchObject(
          {
            code: 'MEMBER_FENCED',
          },
        )
        await only.leave()
        await eventually(() => fixture.log.admin.setOffsets(groupId, [{ topic, partition: 0, offset: 1 }]))
        expect(await fixture.log.admin.committedOffsets(groupId, [{ topic, partition: 0 }])).toHaveLength(1)
      },
      testTimeoutMs,
    )
  })
}

/** Resolves after the first join and goes on joining whenever the group rebalances. */
async function follow(member: GroupMember): Promise<Following> {
  const following: Following = { member, seen: [], joined: undefined }
  let isJoining = false
  async function join(): Promise<void> {
    isJoining = true
    try {
      following.joined = await member.join()
    } finally {
      isJoining = false
    }
    // A rebalance may have begun between the answer and now; its event came while this join was still ours.
    if (member.status === 'rebalance') await join()
  }
  member.onStatus((status) => {
    following.seen.push(status)
    // A member that leaves while it joins is refused; any other failure shows in what it has not joined.
    if (status === 'rebalance' && !isJoining) void join().catch(() => {})
  })
  await join()
  return following
}

function partitionsOf(joined: Joined): number[] {
  return joined.assignment.partitions.map((each) => each.partition).sort()
}

/** One after the other to the members in the order of their ids. */
function shareOut(memberIds: readonly string[], topic: string): ReadonlyMap<string, MemberAssignment> {
  const sorted = [...memberIds].sort()
  return new Map(
    sorted.map((id, index) => [
      id,
      {
        partitions: partitions
          .filter((each) => each % sorted.length === index)
          .map((partition) => ({ topic, partition })),
        userData: Buffer.alloc(0),
      },
    ]),
  )
}
