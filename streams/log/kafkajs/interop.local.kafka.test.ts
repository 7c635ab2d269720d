import { randomBytes } from 'node:crypto'
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs'
import { runKafkaTool } from '../../../test/kafka/java'
import { localKafkaSuite } from '../../../test/kafka/suite'
import type { Log, LogRecord } from '../port'
import { compressionTypes, recordsBuffer } from '../records'
import { openKafkaLog } from '.'

const testTimeoutMs = 90_000
const time = 1_700_000_000_000
const headers = [{ key: 'trace', value: Buffer.from('abc') }]

localKafkaSuite('other clients', { nodes: 1 }, (kafka) => {
  let log: Log
  let other: Kafka
  beforeAll(async () => {
    const brokers = [...kafka().brokers]
    log = await openKafkaLog({ brokers })
    other = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  }, testTimeoutMs)
  afterAll(() => log?.close())

  async function readAll(topic: string, count: number): Promise<readonly LogRecord[]> {
    const reader = await log.reader({ isolation: 'read_committed' })
    reader.assign([{ topic, partition: 0, offset: 0 }])
    const records: LogRecord[] = []
    while (records.length < count) records.push(...(await reader.poll(1_000)).flatMap((batch) => [...batch.records]))
    await reader.close()
    return records
  }

  /** Lines of a text that packs well, larger together than the blocks of the codecs. */
  const lines = Array.from({ length: 3_000 }, (_, index) => `${index}: ${'the quick brown fox '.repeat(index % 7)}`)

  test(
    'read what we write, however it is packed',
    async () => {
      await log.admin.createTopics([{ name: 'ours', partitions: 1 }])
      for (const compression of compressionTypes) {
        const packing = await openKafkaLog({ brokers: kafka().brokers, compression })
        const producer = await packing.producer({ clientId: 'test' })
        const records = recordsBuffer()
        for (const line of lines) records.append(Buffer.from(compression), Buffer.from(line), time, headers)
        await producer.send([{ topic: 'ours', partition: 0, records }])
        await packing.close()
      }
      const options = ['--bootstrap-server', kafka().brokers[0]!, '--topic', 'ours', '--from-beginning']
      options.push('--max-messages', String(lines.length * compressionTypes.length), '--timeout-ms', '60000')
      for (const shown of ['key', 'timestamp', 'offset', 'headers']) options.push('--property', `print.${shown}=true`)
      const output = await runKafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', options)
      const expected = compressionTypes.flatMap((type, nth) =>
        lines.map(
          (line, index) => `CreateTime:${time}\tOffset:${nth * lines.length + index}\ttrace:abc\t${type}\t${line}`,
        ),
      )
      expect(output.replace(/\n$/, '').split('\n')).toEqual(expected)
      expect((await readAll('ours', expected.length)).map(({ value }) => value?.toString())).toEqual(
        compressionTypes.flatMap(() => lines),
      )
    },
    testTimeoutMs,
  )

  test.each(compressionTypes)(
    "write what we read: Kafka's own console producer, %s",
    async (compression) => {
      const topic = `console-${compression}`
      await log.admin.createTopics([{ name: topic, partitions: 1 }])
      const options = ['--bootstrap-server', kafka().brokers[0]!, '--topic', topic]
      options.push('--compression-codec', compression, '--batch-size', '500000')
      options.push('--property', 'parse.key=true', '--property', 'parse.headers=true')
      const input = lines.map((line, index) => `trace:abc\tkey-${index}\t${line}\n`).join('')
      await runKafkaTool('org.apache.kafka.tools.ConsoleProducer', options, input)
      const records = await readAll(topic, lines.length)
      expect(records.map(({ key, value, headers: found }) => [String(key), String(value), found])).toEqual(
        lines.map((line, index) => [`key-${index}`, line, headers]),
      )
    },
    testTimeoutMs,
  )

  test(
    'read what we write, to the byte',
    async () => {
      const topic = 'to-the-byte'
      await log.admin.createTopics([{ name: topic, partitions: 1 }])
      const values = [Buffer.alloc(0), randomBytes(300), Buffer.alloc(2_000, 'x'), null]
      const records = recordsBuffer()
      const binary = [{ key: 'trace', value: Buffer.from([0, 255]) }]
      values.forEach((value, index) => {
        records.append(Buffer.from(`key-${index}`), value, time + index, binary)
      })
      const producer = await log.producer({ clientId: 'test' })
      await producer.send([{ topic, partition: 0, records }])

      const consumer = other.consumer({ groupId: `reads-${topic}` })
      await consumer.subscribe({ topic, fromBeginning: true })
      const seen: unknown[] = []
      await new Promise<void>((resolve, reject) => {
        const eachMessage = async ({ message }: { message: { key: unknown } & Record<string, unknown> }) => {
          const { key, value, timestamp, headers, offset } = message
          seen.push({ key, value, timestamp, offset, headers })
          if (seen.length === values.length) resolve()
        }
        consumer.run({ eachMessage: eachMessage as never }).catch(reject)
      })
      await consumer.disconnect()
      expect(seen).toEqual(
        values.map((value, index) => ({
          key: Buffer.from(`key-${index}`),
          value,
          timestamp: String(time + index),
          offset: String(index),
          headers: { trace: Buffer.from([0, 255]) },
        })),
      )
    },
    testTimeoutMs,
  )

  test(
    "like Kafka's own console consumer read what we committed, and nothing that we aborted",
    async () => {
      await log.admin.createTopics([{ name: 'console', partitions: 1 }])
      const producer = await log.transactionalProducer({ transactionalId: 'console', timeoutMs: 20_000 })
      for (const [value, commit] of [
        ['one', true],
        ['aborted', false],
        ['zwölf', true],
      ] as const) {
        const records = recordsBuffer()
        records.append(Buffer.from(`key of ${value}`), Buffer.from(value), time, [])
        await producer.send([{ topic: 'console', partition: 0, records }])
        await (commit ? producer.commit([], { groupId: '', memberId: '', generation: -1 }) : producer.abort())
      }
      const options = ['--bootstrap-server', kafka().brokers[0]!, '--topic', 'console', '--from-beginning']
      options.push('--max-messages', '2', '--timeout-ms', '30000')
      options.push(
        '--isolation-level',
        'read_committed',
        '--property',
        'print.key=true',
        '--property',
        'print.timestamp=true',
      )
      const output = await runKafkaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', options)
      expect(output.trim().split('\n')).toEqual([
        `CreateTime:${time}\tkey of one\tone`,
        `CreateTime:${time}\tkey of zwölf\tzwölf`,
      ])
    },
    testTimeoutMs,
  )

  test.each([CompressionTypes.None, CompressionTypes.GZIP])(
    'write what we read (kafkajs, compression %d), aborted transactions left out',
    async (compression) => {
      const topic = `theirs-${compression}`
      await log.admin.createTopics([{ name: topic, partitions: 1 }])
      const producer = other.producer({
        transactionalId: topic,
        maxInFlightRequests: 1,
        idempotent: true,
        createPartitioner: Partitioners.DefaultPartitioner,
        retry: { initialRetryTime: 5 },
      })
      await producer.connect()
      for (const round of ['aborted-1', 'kept-1', 'aborted-2', 'aborted-3', 'kept-2']) {
        const transaction = await producer.transaction()
        const messages = Array.from({ length: 100 }, (_, index) => ({
          key: `${round}-${index}`,
          value: 'v'.repeat(index),
          timestamp: String(time + index),
          headers: { round },
        }))
        await transaction.send({ topic, messages, compression })
        await (round.startsWith('kept') ? transaction.commit() : transaction.abort())
      }
      await producer.disconnect()
      const records = await readAll(topic, 200)
      const expected = ['kept-1', 'kept-2'].flatMap((round) =>
        Array.from({ length: 100 }, (_, index) => ({
          key: Buffer.from(`${round}-${index}`),
          value: Buffer.from('v'.repeat(index)),
          timestamp: time + index,
          headers: [{ key: 'round', value: Buffer.from(round) }],
        })),
      )
      expect(records.map(({ offset: _, ...record }) => record)).toEqual(expected)
    },
    testTimeoutMs,
  )

  test(
    "see our members: Kafka's own tool shows who has which partition",
    async () => {
      await log.admin.createTopics([{ name: 'shown', partitions: 3 }])
      const partitions = [0, 1, 2].map((partition) => ({ topic: 'shown', partition }))
      const member = log.member({
        groupId: 'shown-group',
        clientId: 'shown-client',
        topics: ['shown'],
        sessionTimeoutMs: 30_000,
        rebalanceTimeoutMs: 30_000,
        heartbeatIntervalMs: 1_000,
        userData: () => Buffer.from('ours alone'),
        assign: ([only]) => new Map([[only!.memberId, { partitions, userData: Buffer.from('ours too') }]]),
      })
      await member.join()
      await member.commit([{ topic: 'shown', partition: 1, offset: 0 }])
      const group = ['--bootstrap-server', kafka().brokers[0]!, '--describe', '--group', 'shown-group']
      const tool = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'
      expect(await runKafkaTool(tool, [...group, '--members', '--verbose'])).toMatch(/shown-client.*shown:0,1,2/)
      expect(await runKafkaTool(tool, [...group, '--state'])).toMatch(/millrace\s+Stable\s+1/)
      expect(await runKafkaTool(tool, group)).toMatch(/shown\s+1\s+0\s+0\s+0/)
      expect(await log.admin.listGroups()).toContainEqual({ groupId: 'shown-group', state: 'Stable', members: 1 })
      await member.leave()
    },
    testTimeoutMs,
  )
})
