import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaSuite } from '../../../test/kafka/suite'
import { FencedError } from '../../errors'
import type { GroupMember, Log } from '../port'
import { openKafkaLog } from '.'

const testTimeoutMs = 60_000

kafkaSuite('members with a static identity', (kafka) => {
  let log: Log
  let topic: string
  const members: GroupMember[] = []
  beforeAll(async () => {
    log = await openKafkaLog({ brokers: kafka().brokers })
    topic = `static-${randomUUID()}`
    await log.admin.createTopics([{ name: topic, partitions: 2 }])
  })
  afterAll(async () => {
    await Promise.all(members.map((member) => member.leave()))
    await log?.close()
  })

  let shares = 0
  const member = (groupId: string, groupInstanceId: string): GroupMember => {
    const made = log.member({
      groupId,
      groupInstanceId,
      clientId: 'test',
      topics: [topic],
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      heartbeatIntervalMs: 200,
      userData: () => Buffer.from(groupInstanceId),
      assign: (all) => {
        shares += 1
        return new Map(
          all.map(({ memberId, userData }) => {
            const partition = userData.toString() === 'a' ? 0 : 1
            return [memberId, { partitions: [{ topic, partition }], userData }]
          }),
        )
      },
    })
    members.push(made)
    return made
  }

  test(
    'get back what they had when they come again, and the others notice nothing',
    async () => {
      const groupId = `static-${randomUUID()}`
      const [a, b] = [member(groupId, 'a'), member(groupId, 'b')]
      const [before] = await Promise.all([a.join(), b.join()])
      while (a.status !== 'joined' || b.status !== 'joined')
        await Promise.all([a, b].map((one) => one.status !== 'joined' && one.join()))
      await a.commit([{ topic, partition: 0, offset: 0, metadata: 'noted' }])
      const shared = shares
      const statuses: string[] = []
      b.onStatus((status) => statuses.push(status))
      await a.leave()
      const again = member(groupId, 'a')
      const { assignment, group } = await again.join()
      await again.commit([{ topic, partition: 0, offset: 0, metadata: 'noted again' }])
      await sleep(1_000)
      expect(assignment).toEqual(before.assignment)
      expect(assignment.partitions).toEqual([{ topic, partition: 0 }])
      expect(group.memberId).not.toBe(before.group.memberId)
      expect([shares, statuses, b.status]).toEqual([shared, [], 'joined'])
      expect(await log.admin.committedOffsets(groupId, [{ topic, partition: 0 }])).toEqual([
        { topic, partition: 0, offset: 0, metadata: 'noted again' },
      ])
    },
    testTimeoutMs,
  )

  test(
    'of two with the same one the older is driven out, and does not come back',
    async () => {
      const groupId = `static-${randomUUID()}`
      const [older, younger] = [member(groupId, 'a'), member(groupId, 'a')]
      await older.join()
      await younger.join()
      while (older.status !== 'lost') await sleep(50)
      const refusal = await older.join().catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(FencedError)
      expect(refusal).toMatchObject({
        code: 'MEMBER_FENCED',
        message: expect.stringContaining('groupInstanceId of its own'),
      })
      await sleep(500)
      expect(younger.status).toBe('joined')
    },
    testTimeoutMs,
  )
})
