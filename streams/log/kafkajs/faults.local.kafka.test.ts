import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalKafka } from '../../../test/kafka/handle'
import { localKafkaSuite } from '../../../test/kafka/suite'
import { FencedError, MillraceError, OutageError } from '../../errors'
import type { GroupOptions, Log, LogReader, OutgoingBatch } from '../port'
import { recordsBuffer } from '../records'
import { openKafkaLog } from '.'

const testTimeoutMs = 180_000

function batchOf(topic: string, partition: number, values: readonly number[]): OutgoingBatch {
  const records = recordsBuffer()
  for (const value of values) records.append(Buffer.from(`key-${value}`), Buffer.from(String(value)), 1, [])
  return { topic, partition, records }
}

/** Reads until it has the count, through outages, and gives the values of each partition in the order read. */
async function readValues(reader: LogReader, count: number): Promise<number[][]> {
  const values: number[][] = []
  for (let found = 0; found < count; ) {
    for (const { partition, records } of (await reader.poll(500).catch(outlived)) ?? []) {
      values[partition] ??= []
      values[partition].push(...records.map(({ value }) => Number(value?.toString())))
      found += records.length
    }
  }
  return values
}

function outlived(error: unknown): undefined {
  if (!(error instanceof OutageError)) throw error
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

async function restart(kafka: LocalKafka, index: number, downMs: number): Promise<void> {
  const node = kafka.nodes[index]!
  await node.kill()
  await sleep(downMs)
  await node.start()
}

localKafkaSuite('a broker that dies', { nodes: 1 }, (kafka) => {
  let log: Log
  beforeAll(async () => {
    log = await openKafkaLog({ brokers: kafka().brokers })
  }, testTimeoutMs)
  afterAll(() => log?.close())

  test(
    'and comes back in the midst of sends and reads loses and doubles nothing',
    async () => {
      await log.admin.createTopics([{ name: 'restarted', partitions: 2 }])
      const producer = await log.producer({ clientId: 'test' })
      const reader = await log.reader({ isolation: 'read_committed' })
      reader.assign([0, 1].map((partition) => ({ topic: 'restarted', partition, offset: 0 })))
      const [rounds, perRound] = [150, 200]
      let sent = 0
      const reading = readValues(reader, rounds * perRound * 2)
      const sending = (async () => {
        for (let round = 0; round < rounds; round++) {
          const values = numbers(round * perRound, perRound)
          await producer.send([batchOf('restarted', 0, values), batchOf('restarted', 1, values)])
          sent += 1
        }
      })()
      while (sent < 20) await sleep(5)
      await restart(kafka(), 0, 500)
      await sending
      const expected = numbers(0, rounds * perRound)
      expect(await reading).toEqual([expected, expected])
      expect((await reader.poll(1_000)).flatMap(({ records }) => [...records])).toEqual([])
    },
    testTimeoutMs,
  )

  test(
    'in the midst of transactions loses and doubles nothing: what was indefinite is done anew',
    async () => {
      await log.admin.createTopics([{ name: 'transactional', partitions: 1 }])
      const group = { groupId: 'transactional-group', memberId: '', generation: -1 }
      const [rounds, perRound] = [200, 50]
      const input = { topic: 'transactional', partition: 0 }
      let committed = 0
      let reopened = 0
      const sending = (async () => {
        while (committed < rounds) {
          const producer = await log.transactionalProducer({ transactionalId: 'survivor', timeoutMs: 20_000 })
          const [from] = await log.admin.committedOffsets(group.groupId, [input])
          committed = from?.offset ?? 0
          try {
            while (committed < rounds) {
              await producer.send([batchOf('transactional', 0, numbers(committed * perRound, perRound))])
              await producer.commit([{ ...input, offset: committed + 1 }], group)
              committed += 1
            }
          } catch (error) {
            expect(error).toBeInstanceOf(MillraceError)
            expect((error as MillraceError).code).toBe('TRANSACTION_INDEFINITE')
            reopened += 1
          } finally {
            await producer.close()
          }
        }
      })()
      while (committed < 20) await sleep(5)
      await restart(kafka(), 0, 500)
      await sending
      const reader = await log.reader({ isolation: 'read_committed' })
      reader.assign([{ ...input, offset: 0 }])
      expect(await readValues(reader, rounds * perRound)).toEqual([numbers(0, rounds * perRound)])
      expect(reopened).toBeLessThanOrEqual(2)
    },
    testTimeoutMs,
  )

  test(
    'keeps its members, who find it again',
    async () => {
      await log.admin.createTopics([{ name: 'kept', partitions: 1 }])
      const member = log.member(memberOptions('kept-group', 'kept'))
      const joined = await member.join()
      await restart(kafka(), 0, 500)
      await member.commit([{ topic: 'kept', partition: 0, offset: 3 }])
      expect(member.status).toBe('joined')
      expect(await log.admin.committedOffsets('kept-group', [{ topic: 'kept', partition: 0 }])).toEqual([
        { topic: 'kept', partition: 0, offset: 3 },
      ])
      expect(joined.group.generation).toBeGreaterThan(0)
      await member.leave()
    },
    testTimeoutMs,
  )

  test(
    'and stays away is an outage for each, in the time set for it, and over when it is back',
    async () => {
      const hasty = await openKafkaLog({ brokers: kafka().brokers, outageAfterMs: 1_500 })
      await hasty.admin.createTopics([{ name: 'away', partitions: 1 }])
      const producer = await hasty.producer({ clientId: 'test' })
      const transactional = await hasty.transactionalProducer({ transactionalId: 'away', timeoutMs: 20_000 })
      const reader = await hasty.reader({ isolation: 'read_committed' })
      reader.assign([{ topic: 'away', partition: 0, offset: 0 }])
      const member = hasty.member({ ...memberOptions('away-group', 'away'), sessionTimeoutMs: 1_500 })
      const statuses: string[] = []
      member.onStatus((status) => statuses.push(status))
      await member.join()
      await kafka().nodes[0]!.kill()

      await expect(producer.send([batchOf('away', 0, [1])])).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' })
      await expect(transactional.send([batchOf('away', 0, [2])])).rejects.toBeInstanceOf(OutageError)
      await expect(hasty.admin.offsets([{ topic: 'away', partition: 0 }], 'latest')).rejects.toBeInstanceOf(OutageError)
      await expect(pollUntilFailure(reader)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' })
      await expect(openKafkaLog({ brokers: kafka().brokers, outageAfterMs: 500 })).rejects.toBeInstanceOf(OutageError)
      while (member.status !== 'lost') await sleep(50)
      await expect(member.commit([{ topic: 'away', partition: 0, offset: 1 }])).rejects.toBeInstanceOf(FencedError)
      expect(statuses).toEqual(['joined', 'lost'])

      await kafka().nodes[0]!.start()
      await producer.send([batchOf('away', 0, [3])])
      expect(await readValues(reader, 1)).toEqual([[3]])
      await member.join()
      expect(member.status).toBe('joined')
      await hasty.close()
    },
    testTimeoutMs,
  )
})

localKafkaSuite('a cluster of three', { nodes: 3 }, (kafka) => {
  test(
    'that loses and regains one broker after the other loses and doubles nothing',
    async () => {
      const log = await openKafkaLog({ brokers: kafka().brokers, requestTimeoutMs: 5_000 })
      await log.admin.createTopics([
        { name: 'replicated', partitions: 6, replicationFactor: 3, config: { 'min.insync.replicas': '2' } },
      ])
      const producer = await log.producer({ clientId: 'test' })
      const reader = await log.reader({ isolation: 'read_committed' })
      const partitions = numbers(0, 6)
      reader.assign(partitions.map((partition) => ({ topic: 'replicated', partition, offset: 0 })))
      let done = false
      let sent = 0
      const sending = (async () => {
        for (; !done; sent += 100) {
          await producer.send(partitions.map((partition) => batchOf('replicated', partition, numbers(sent, 100))))
        }
      })()
      for (const index of [0, 1, 2]) {
        await sleep(500)
        await restart(kafka(), index, 1_000)
      }
      // One that hangs, and whose connections therefore stay: others take over its partitions meanwhile.
      await kafka().nodes[0]!.kill('SIGSTOP')
      await sleep(6_000)
      await kafka().nodes[0]!.kill('SIGCONT')
      await sleep(500)
      done = true
      await sending
      expect(await readValues(reader, sent * partitions.length)).toEqual(partitions.map(() => numbers(0, sent)))
      expect((await reader.poll(1_000)).flatMap(({ records }) => [...records])).toEqual([])
      await log.close()
    },
    testTimeoutMs,
  )
})

async function pollUntilFailure(reader: LogReader): Promise<never> {
  for (;;) await reader.poll(500)
}

function memberOptions(groupId: string, topic: string): GroupOptions {
  return {
    groupId,
    clientId: 'test',
    topics: [topic],
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    heartbeatIntervalMs: 200,
    userData: () => Buffer.alloc(0),
    assign: (members) =>
      new Map(
        members.map(({ memberId }, index) => [
          memberId,
          { partitions: index === 0 ? [{ topic, partition: 0 }] : [], userData: Buffer.alloc(0) },
        ]),
      ),
  }
}
