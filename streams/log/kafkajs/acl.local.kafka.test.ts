import { allow, guarded } from '../../../test/kafka/acls'
import { localKafkaSuite } from '../../../test/kafka/suite'
import type { Log, OutgoingBatch } from '../port'
import { recordsBuffer } from '../records'
import { openKafkaLog } from '.'

const testTimeoutMs = 120_000

localKafkaSuite('a broker with ACLs', guarded('alice', 'bob'), (kafka) => {
  let owner: Log
  let alice: Log

  /** What were tried again until then would outlast the tests. */
  const outageAfterMs = 10 * testTimeoutMs
  const as = (username: string) =>
    openKafkaLog({
      brokers: kafka().brokers,
      outageAfterMs,
      sasl: { mechanism: 'plain', username, password: username },
    })

  beforeAll(async () => {
    owner = await as('broker')
    await owner.admin.createTopics(['input', 'output', 'secret'].map((name) => ({ name, partitions: 1 })))
    await allow(kafka(), 'alice', '--operation', 'Read', '--topic', 'input')
    await allow(kafka(), 'alice', '--operation', 'Write', '--topic', 'output')
    const prefixed = ['--topic', 'app', '--group', 'app', '--transactional-id', 'app']
    await allow(kafka(), 'alice', '--operation', 'All', ...prefixed, '--resource-pattern-type', 'prefixed')
    alice = await as('alice')
  }, testTimeoutMs)
  afterAll(async () => {
    await Promise.all([owner?.close(), alice?.close()])
  })

  async function poll(topic: string): Promise<readonly (string | undefined)[]> {
    const reader = await alice.reader({ isolation: 'read_committed' })
    try {
      reader.assign([{ topic, partition: 0, offset: 0 }])
      const batches = await reader.poll(5_000)
      return batches.flatMap(({ records }) => records.map(({ value }) => value?.toString()))
    } finally {
      await reader.close()
    }
  }

  test(
    'lets an application work that has its own topics, groups and ids by prefix, and no more than it needs of others',
    async () => {
      const inputs = [{ topic: 'input', partition: 0 }]
      const feeder = await owner.producer({ clientId: 'test' })
      await feeder.send([batchOf('input', 'in')])
      await alice.admin.createTopics([
        { name: 'input', partitions: 1 },
        { name: 'app-store-changelog', partitions: 1, config: { 'cleanup.policy': 'compact' } },
      ])
      expect((await alice.admin.describeTopics(['input', 'app-store-changelog'])).get('input')?.partitions).toBe(1)
      expect(await alice.admin.offsets(inputs, 'latest')).toEqual([{ ...inputs[0], offset: 1 }])

      const member = alice.member(memberOptions('app-group', 'input'))
      const { group } = await member.join()
      expect(await poll('input')).toEqual(['in'])
      const producer = await alice.producer({ clientId: 'app' })
      await producer.send([batchOf('output', 'at least once'), batchOf('app-store-changelog', 'state')])
      await member.commit([{ ...inputs[0]!, offset: 1 }])

      const transactional = await alice.transactionalProducer({ transactionalId: 'app-0_0', timeoutMs: 20_000 })
      await transactional.send([batchOf('output', 'exactly once'), batchOf('app-store-changelog', 'state')])
      await transactional.commit([{ ...inputs[0]!, offset: 1 }], group)
      expect(await alice.admin.committedOffsets('app-group', inputs)).toEqual([{ ...inputs[0], offset: 1 }])
      await member.leave()
      expect(await alice.admin.listGroups()).toEqual([expect.objectContaining({ groupId: 'app-group' })])
      await alice.admin.deleteGroup('app-group')
      await alice.admin.deleteTopics(['app-store-changelog'])
    },
    testTimeoutMs,
  )

  test(
    'refuses at once what is not allowed, and the error names the ACL that is missing',
    async () => {
      const producer = await alice.producer({ clientId: 'app' })
      const foreign = { transactionalId: 'other-0_0', timeoutMs: 20_000 }
      const own = await alice.transactionalProducer({ transactionalId: 'app-0_1', timeoutMs: 20_000 })
      const bob = await as('bob')
      const secret = [{ topic: 'secret', partition: 0 }]
      const refusals: [() => Promise<unknown>, string][] = [
        [() => producer.send([batchOf('secret', 'a')]), 'WRITE on topic secret'],
        [() => producer.send([batchOf('input', 'a')]), 'WRITE on topic input'],
        [() => own.send([batchOf('output', 'a'), batchOf('input', 'a')]), 'WRITE on topic input'],
        [() => poll('secret'), 'READ on topic secret'],
        [() => poll('output'), 'READ on topic output'],
        [() => alice.admin.offsets(secret, 'latest'), 'DESCRIBE on topic secret'],
        [() => alice.admin.describeTopics(['secret']), 'DESCRIBE on topic secret'],
        [() => alice.admin.createTopics([{ name: 'foreign', partitions: 1 }]), 'CREATE and DESCRIBE on topic foreign'],
        [() => alice.admin.deleteTopics(['input']), 'DELETE on topic input'],
        [() => alice.transactionalProducer(foreign), 'WRITE on transactional id other-0_0'],
        [() => alice.member(memberOptions('other', 'input')).join(), 'READ on group other'],
        [() => alice.admin.committedOffsets('other', secret), 'DESCRIBE on group other'],
        [() => alice.admin.setOffsets('other', [{ topic: 'input', partition: 0, offset: 0 }]), 'READ on group other'],
        [() => alice.admin.deleteGroup('other'), 'DELETE on group other'],
        [() => bob.producer({ clientId: 'bob' }), 'WRITE on at least one topic'],
      ]
      for (const [run, needs] of refusals) {
        const error = await run().then(
          () => 'nothing',
          (thrown: unknown) => thrown,
        )
        expect(error).toMatchObject({ name: 'TerminalError', code: 'AUTHORIZATION_FAILED', details: { needs } })
        expect((error as Error).message).toContain(`the principal needs ${needs}`)
      }
      await bob.close()
    },
    testTimeoutMs,
  )
})

function batchOf(topic: string, value: string): OutgoingBatch {
  const records = recordsBuffer()
  records.append(Buffer.from('key'), Buffer.from(value), Date.now(), [])
  return { topic, partition: 0, records }
}

function memberOptions(groupId: string, topic: string) {
  return {
    groupId,
    clientId: 'app',
    topics: [topic],
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    heartbeatIntervalMs: 1_000,
    userData: () => Buffer.alloc(0),
    assign: (members: readonly { readonly memberId: string }[]) =>
      new Map(members.map(({ memberId }) => [memberId, { partitions: [], userData: Buffer.alloc(0) }])),
  }
}
