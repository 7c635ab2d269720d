import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaSuite } from '../../../test/kafka/suite'
import { OutageError } from '../../errors'
import { logContract } from '../../testing/contracts/log'
import type { FetchedBatch, GroupOptions, Log, LogReader } from '../port'
import { recordsBuffer } from '../records'
import { openKafkaLog } from '.'

const testTimeoutMs = 60_000

kafkaSuite('the log on Kafka', (kafka) => {
  logContract('kafkajs', async () => {
    const brokers = kafka().brokers
    let log = await openKafkaLog({ brokers })
    return {
      log,
      reopen: async () => {
        await log.close()
        log = await openKafkaLog({ brokers })
        return log
      },
      close: () => log.close(),
    }
  })

  describe('beyond the contract', () => {
    let log: Log
    beforeAll(async () => {
      log = await openKafkaLog({ brokers: kafka().brokers })
    })
    afterAll(() => log?.close())

    async function newTopic(partitions: number, config: Readonly<Record<string, string>> = {}): Promise<string> {
      const name = `kafkajs-${randomUUID()}`
      await log.admin.createTopics([{ name, partitions, config }])
      return name
    }
    function recordsOf(count: number, size: number) {
      const records = recordsBuffer()
      for (let index = 0; index < count; index++) {
        records.append(Buffer.from(String(index)), Buffer.alloc(size, 'x'), 1, [])
      }
      return records
    }
    async function pollCount(reader: LogReader, count: number): Promise<readonly FetchedBatch[]> {
      const batches: FetchedBatch[] = []
      for (let found = 0; found < count; ) {
        const polled = await reader.poll(1_000)
        batches.push(...polled)
        found += polled.reduce((sum, { records }) => sum + records.length, 0)
      }
      return batches
    }

    test.each(['idempotent', 'transactional'] as const)(
      'a batch that is too large for its topic is split until it fits (%s)',
      async (kind) => {
        const topic = await newTopic(1, { 'max.message.bytes': '5000' })
        const outgoing = () => ({ topic, partition: 0, records: recordsOf(100, 500) })
        if (kind === 'idempotent') {
          const producer = await log.producer({ clientId: 'test' })
          const [first] = await producer.send([outgoing()])
          const [second] = await producer.send([outgoing()])
          expect([first?.baseOffset, first?.nextOffset, second?.baseOffset]).toEqual([0, 100, 100])
        } else {
          const producer = await log.transactionalProducer({ transactionalId: topic, timeoutMs: 20_000 })
          await producer.send([outgoing(), outgoing()])
          await producer.commit([], { groupId: '', memberId: '', generation: -1 })
        }
        const reader = await log.reader({ isolation: 'read_committed' })
        reader.assign([{ topic, partition: 0, offset: 0 }])
        const keys = (await pollCount(reader, 200)).flatMap(({ records }) => records.map(({ key }) => Number(key)))
        const once = Array.from({ length: 100 }, (_, index) => index)
        expect(keys).toEqual([...once, ...once])
        await reader.close()
      },
      testTimeoutMs,
    )

    test(
      'a single record that is too large is refused by name and size, and the producer goes on',
      async () => {
        const topic = await newTopic(2, { 'max.message.bytes': '5000' })
        const producer = await log.producer({ clientId: 'test' })
        const batches = [
          { topic, partition: 0, records: recordsOf(1, 6_000) },
          { topic, partition: 1, records: recordsOf(1, 10) },
        ]
        await expect(producer.send(batches)).rejects.toMatchObject({
          name: 'TerminalError',
          code: 'RECORD_TOO_LARGE',
          details: { topic, partition: 0, records: 1, size: expect.any(Number) },
        })
        const [appended] = await producer.send([{ topic, partition: 0, records: recordsOf(1, 10) }])
        expect(appended?.baseOffset).toBe(0)
      },
      testTimeoutMs,
    )

    test(
      'a partition that its topic does not have is missing by name',
      async () => {
        const topic = await newTopic(2)
        await expect(log.admin.offsets([{ topic, partition: 2 }], 'latest')).rejects.toMatchObject({
          code: 'TOPIC_MISSING',
          details: { topic, partition: 2 },
          message: expect.stringContaining('2 partitions'),
        })
      },
      testTimeoutMs,
    )

    test(
      'partitions on which nothing happens do not hold up the others, however they are paused',
      async () => {
        const topic = await newTopic(8)
        const producer = await log.producer({ clientId: 'test' })
        const reader = await log.reader({ isolation: 'read_committed', maxBytesPerPartition: 10_000 })
        reader.assign(Array.from({ length: 8 }, (_, partition) => ({ topic, partition, offset: 0 })))
        const busy = [{ topic, partition: 3 }]
        const rounds = 40
        for (let round = 0; round < rounds; round++) {
          await producer.send([{ topic, partition: 3, records: recordsOf(50, 500) }])
        }
        let found = 0
        let inVain = 0
        while (found < rounds * 50) {
          const polled = await reader.poll(200)
          for (const { records } of polled) found += records.length
          if (polled.length === 0) inVain += 1
          reader.pause(busy)
          await sleep(1)
          reader.resume(busy)
        }
        expect(found).toBe(rounds * 50)
        // Each fetch for the seven others that the busy one waited for would have cost two polls.
        expect(inVain).toBeLessThan(rounds / 4)
        await reader.close()
      },
      testTimeoutMs,
    )

    test(
      'a member that missed a generation is told to drop all before it joins again',
      async () => {
        const topic = await newTopic(1)
        const options: GroupOptions = {
          groupId: `group-of-${topic}`,
          clientId: 'test',
          topics: [topic],
          sessionTimeoutMs: 20_000,
          rebalanceTimeoutMs: 1_000,
          heartbeatIntervalMs: 19_000, // so that it hears of nothing by itself
          userData: () => Buffer.alloc(0),
          assign: () => new Map(),
        }
        const [slow, other] = [log.member(options), log.member(options)]
        await slow.join()
        await other.join()
        const joining = slow.join()
        await expect(joining).rejects.toMatchObject({ code: 'MEMBER_FENCED' })
        await expect(joining).rejects.toBeInstanceOf(OutageError)
        expect(slow.status).toBe('lost')
        const [joined] = await Promise.all([slow.join(), sleep(50).then(() => other.join())])
        expect(slow.status).toBe('joined')
        expect(joined.group.generation).toBeGreaterThan(1)
        await Promise.all([slow.leave(), other.leave()])
      },
      testTimeoutMs,
    )

    test(
      'a member that leaves while its join is held back is gone at once',
      async () => {
        const topic = await newTopic(1)
        const options: GroupOptions = {
          groupId: `group-of-${topic}`,
          clientId: 'test',
          topics: [topic],
          sessionTimeoutMs: 20_000,
          rebalanceTimeoutMs: 20_000,
          heartbeatIntervalMs: 19_000,
          userData: () => Buffer.alloc(0),
          assign: () => new Map(),
        }
        const [first, second] = [log.member(options), log.member(options)]
        await first.join()
        const joining = second.join() // held back until the first joins again, which it does not
        await sleep(100)
        await second.leave()
        await expect(joining).rejects.toMatchObject({ code: 'CLOSED' })
        expect(second.status).toBe('left')
        await first.leave()
      },
      testTimeoutMs,
    )

    test(
      'a closed log has closed all that was opened from it',
      async () => {
        const topic = await newTopic(1)
        const own = await openKafkaLog({ brokers: kafka().brokers })
        const producer = await own.producer({ clientId: 'test' })
        const transactional = await own.transactionalProducer({ transactionalId: topic, timeoutMs: 20_000 })
        const reader = await own.reader({ isolation: 'read_committed' })
        reader.assign([{ topic, partition: 0, offset: 0 }])
        const polling = reader.poll(60_000)
        await transactional.send([{ topic, partition: 0, records: recordsOf(1, 10) }])
        await own.close()
        await own.close()
        const closed = { code: 'CLOSED' }
        await expect(polling).rejects.toMatchObject(closed)
        const outgoing = { topic, partition: 0, records: recordsOf(1, 10) }
        await expect(producer.send([outgoing])).rejects.toMatchObject(closed)
        await expect(transactional.send([outgoing])).rejects.toMatchObject(closed)
        await expect(own.admin.listTopics()).rejects.toMatchObject(closed)
        await expect(own.reader({ isolation: 'read_committed' })).rejects.toMatchObject(closed)
        // What its transaction left open was aborted, so nobody waits for it to time out.
        const rest = await log.reader({ isolation: 'read_committed' })
        rest.assign([{ topic, partition: 0, offset: 0 }])
        let nextOffset = 0
        while (nextOffset < 2) for (const batch of await rest.poll(500)) nextOffset = batch.nextOffset
        await rest.close()
      },
      testTimeoutMs,
    )
  })
})
