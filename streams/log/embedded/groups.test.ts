import { type ManualClock, manualClock } from '../../testing/manual-clock'
import type { GroupMember, GroupOptions, MemberAssignment, MemberStatus } from '../port'
import { type EmbeddedLog, memoryLog } from './index'

let clock: ManualClock
let log: EmbeddedLog

beforeEach(() => {
  clock = manualClock(0)
  log = memoryLog({ clock })
})
afterEach(() => log.close())

test('members that join together are shared between in one generation', async () => {
  const members = [member(), member(), member()]
  const joined = await Promise.all(members.map((each) => each.join()))
  expect(joined.map(({ group }) => group.generation)).toEqual([1, 1, 1])
  expect(joined.flatMap(({ assignment }) => assignment.partitions.map((each) => each.partition)).sort()).toEqual([
    0, 1, 2,
  ])
})

test('a member that has expired is lost, may not commit, and can join again under another name', async () => {
  const [one, other] = [member(), member()]
  const [joined] = await Promise.all([one.join(), other.join()])
  const statuses: MemberStatus[] = []
  one.onStatus((status) => statuses.push(status))
  log.expireMember('group', joined.group.memberId)
  expect(one.status).toBe('lost')
  expect(other.status).toBe('rebalance')
  await expect(one.commit([])).rejects.toMatchObject({ name: 'FencedError', code: 'MEMBER_FENCED' })

  const [again] = await Promise.all([one.join(), other.join()])
  expect(again.group.memberId).not.toBe(joined.group.memberId)
  expect(again.group.generation).toBeGreaterThan(joined.group.generation)
  expect(statuses).toEqual(['lost', 'joined'])
})

test('who does not come back within the rebalance timeout is lost, and not before', async () => {
  const [slow, fast] = [member(), member()]
  await Promise.all([slow.join(), fast.join()])
  fast.requestRejoin()
  expect([slow.status, fast.status]).toEqual(['rebalance', 'rebalance'])
  const joining = fast.join()
  clock.advance(9_999)
  await settled()
  expect(slow.status).toBe('rebalance')
  clock.advance(1)
  const { assignment } = await joining
  expect(slow.status).toBe('lost')
  expect(assignment.partitions).toHaveLength(3)
})

test('a join while the leader shares out begins the round again, with everybody in it', async () => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const rounds: number[] = []
  const assign: GroupOptions['assign'] = async (members) => {
    rounds.push(members.length)
    if (rounds.length === 1) await held
    return shareOut(members.map((each) => each.memberId))
  }
  const first = member({ assign })
  const joining = first.join()
  await settled()
  const second = member({ assign })
  const late = second.join()
  await settled()
  release()
  const joined = await Promise.all([joining, late])
  expect(rounds).toEqual([1, 2])
  expect(joined.map(({ group }) => group.generation)).toEqual([2, 2])
})

test('a leader that cannot share out is told why, and the group goes on with the others', async () => {
  const failing = member({
    assign: () => {
      throw new Error('no idea')
    },
  })
  const other = member()
  const [refused, joined] = await Promise.allSettled([failing.join(), other.join()])
  expect(refused).toMatchObject({ status: 'rejected', reason: new Error('no idea') })
  expect(joined).toMatchObject({ status: 'fulfilled' })
  expect(failing.status).toBe('left')
})

test('who leaves while it joins is refused, and the others do not wait for it', async () => {
  const [one, other] = [member(), member()]
  await Promise.all([one.join(), other.join()])
  one.requestRejoin()
  const joining = one.join()
  await one.leave()
  await expect(joining).rejects.toMatchObject({ code: 'CLOSED' })
  const { assignment } = await other.join()
  expect(assignment.partitions).toHaveLength(3)
})

test('two joins at once are one', async () => {
  const only = member()
  const [one, other] = await Promise.all([only.join(), only.join()])
  expect(one).toBe(other)
})

test('a member in a rebalance commits under its generation; one of the generation before may not', async () => {
  const only = member()
  await log.admin.createTopics([{ name: 'topic', partitions: 3 }])
  const { group } = await only.join()
  only.requestRejoin()
  await only.commit([{ topic: 'topic', partition: 0, offset: 1 }])
  await only.join()
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 1000 })
  const stale = producer.commit([{ topic: 'topic', partition: 0, offset: 2 }], group)
  await expect(stale).rejects.toMatchObject({ code: 'MEMBER_FENCED' })
})

test('closing the log ends every membership', async () => {
  const only = member()
  await only.join()
  await log.close()
  expect(only.status).toBe('left')
  await expect(only.join()).rejects.toMatchObject({ code: 'CLOSED' })
})

function member(options: Partial<GroupOptions> = {}): GroupMember {
  return log.member({
    groupId: 'group',
    clientId: 'client',
    topics: ['topic'],
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    heartbeatIntervalMs: 1000,
    userData: () => Buffer.alloc(0),
    assign: (members) => shareOut(members.map((each) => each.memberId)),
    ...options,
  })
}

function shareOut(memberIds: readonly string[]): Map<string, MemberAssignment> {
  const partitions = [0, 1, 2].map((partition) => ({ topic: 'topic', partition }))
  return new Map(
    memberIds.map((id, index) => [
      id,
      {
        partitions: partitions.filter((each) => each.partition % memberIds.length === index),
        userData: Buffer.alloc(0),
      },
    ]),
  )
}

/** Long enough for everything that does not wait for the clock. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
