import { freePorts } from '../../../test/kafka/ports'
import { type LossyProxy, startProxy } from '../../../test/kafka/proxy'
import { localKafkaSuite } from '../../../test/kafka/suite'
import { FencedError, OutageError } from '../../errors'
import type { Log, OutgoingBatch, TransactionalProducer } from '../port'
import { recordsBuffer } from '../records'
import { openKafkaLog } from '.'

const api = {
  produce: 0,
  fetch: 1,
  offsetCommit: 8,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28,
}
const testTimeoutMs = 180_000
const group = { groupId: 'lost-answers', memberId: '', generation: -1 }

function batchOf(topic: string, ...values: readonly string[]): OutgoingBatch {
  return batchAt(Date.now(), topic, ...values)
}

function batchAt(timestamp: number, topic: string, ...values: readonly string[]): OutgoingBatch {
  const records = recordsBuffer()
  for (const value of values) records.append(Buffer.from('key'), Buffer.from(value), timestamp, [])
  return { topic, partition: 0, records }
}

let proxyPort: number

const throughProxy = async () => {
  proxyPort = (await freePorts(1))[0]!
  return { properties: { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${proxyPort}` } }
}

localKafkaSuite('an answer that is lost', throughProxy, (kafka) => {
  let proxy: LossyProxy
  let log: Log
  let topics = 0

  beforeAll(async () => {
    const target = { port: Number(kafka().nodes[0]!.address.split(':')[1]) }
    proxy = await startProxy(proxyPort, target)
    log = await openKafkaLog({ brokers: [`127.0.0.1:${proxyPort}`] })
  }, testTimeoutMs)
  afterAll(async () => {
    await log?.close()
    await proxy?.close()
  })

  async function newTopic(): Promise<string> {
    topics += 1
    await log.admin.createTopics([{ name: `topic-${topics}`, partitions: 1 }])
    return `topic-${topics}`
  }
  async function valuesIn(topic: string): Promise<(string | undefined)[]> {
    const [end] = await log.admin.offsets([{ topic, partition: 0 }], 'latest')
    const reader = await log.reader({ isolation: 'read_committed' })
    reader.assign([{ topic, partition: 0, offset: 0 }])
    const values: (string | undefined)[] = []
    for (let at = 0; at < end!.offset; ) {
      for (const { records, nextOffset } of await reader.poll(1_000)) {
        values.push(...records.map(({ value }) => value?.toString()))
        at = nextOffset
      }
    }
    await reader.close()
    return values
  }
  async function losing<T>(apiKey: number, run: () => Promise<T>, onLost?: () => void): Promise<T> {
    const before = proxy.lost
    proxy.loseAnswerTo(apiKey, onLost)
    try {
      return await run()
    } finally {
      expect(proxy.lost).toBe(before + 1)
    }
  }

  test(
    'to a send does not double it, and the offsets are those of the one that was appended',
    async () => {
      const topic = await newTopic()
      const producer = await log.producer({ clientId: 'test' })
      await producer.send([batchOf(topic, 'a')])
      const [appended] = await losing(api.produce, () => producer.send([batchOf(topic, 'b', 'c')]))
      expect(appended).toEqual({ topic, partition: 0, baseOffset: 1, nextOffset: 3 })
      await producer.send([batchOf(topic, 'd')])
      expect(await valuesIn(topic)).toEqual(['a', 'b', 'c', 'd'])
    },
    testTimeoutMs,
  )

  test(
    'to a send is not followed by another attempt where that has become forbidden meanwhile',
    async () => {
      const topic = await newTopic()
      const producer = await log.producer({ clientId: 'test' })
      const before = proxy.lost
      const gone = new FencedError('MEMBER_FENCED', 'gone')
      const forbidden = () => (proxy.lost > before ? gone : undefined)
      const send = () => producer.send([batchOf(topic, 'a')], { forbidden })
      await expect(losing(api.produce, send)).rejects.toBe(gone)
      await producer.send([batchOf(topic, 'b')])
      expect(await valuesIn(topic)).toEqual(['a', 'b'])
    },
    testTimeoutMs,
  )

  function restarting(): { readonly onLost: () => void; done(): Promise<void> } {
    const node = kafka().nodes[0]!
    let restarted: Promise<void> | undefined
    const onLost = () => {
      restarted = node.kill().then(() => node.start())
    }
    return { onLost, done: async () => restarted }
  }

  // A broker that starts forgets the sequence numbers of a producer whose last records bear times of days ago.
  test.each([
    ['now', 0],
    ['two days ago', 48 * 3_600_000],
  ])(
    'to a send, with the broker killed at that moment, does not double records of %s',
    async (_, agoMs) => {
      const topic = await newTopic()
      const timestamp = Date.now() - agoMs
      const producer = await log.producer({ clientId: 'test' })
      const broker = restarting()
      const [first] = await losing(api.produce, () => producer.send([batchAt(timestamp, topic, 'a')]), broker.onLost)
      await broker.done()
      const second = () => producer.send([batchAt(timestamp, topic, 'b', 'c')])
      const [appended] = await losing(api.produce, second, broker.onLost)
      await broker.done()
      await producer.send([batchAt(timestamp, topic, 'd')])
      expect(await valuesIn(topic)).toEqual(['a', 'b', 'c', 'd'])
      expect(first).toEqual({ topic, partition: 0, baseOffset: 0, nextOffset: 1 })
      expect(appended).toEqual({ topic, partition: 0, baseOffset: 1, nextOffset: 3 })
    },
    testTimeoutMs,
  )

  test(
    'to a send within a transaction, with the broker killed at that moment, does not double records of two days ago',
    async () => {
      const topic = await newTopic()
      const batch = (value: string) => batchAt(Date.now() - 48 * 3_600_000, topic, value)
      const options = { transactionalId: `killed-${topic}`, timeoutMs: 40_000 }
      const producer = await log.transactionalProducer(options)
      const broker = restarting()
      await losing(api.produce, () => producer.send([batch('a')]), broker.onLost)
      await broker.done()
      await producer.send([batch('b')])
      await producer.commit([], group)
      await log.transactionalProducer(options) // resolves when the commit before it can be seen everywhere
      expect(await valuesIn(topic)).toEqual(['a', 'b'])
    },
    testTimeoutMs,
  )

  test(
    'to a fetch neither loses nor doubles what it held',
    async () => {
      const topic = await newTopic()
      const producer = await log.producer({ clientId: 'test' })
      await producer.send([batchOf(topic, 'a', 'b')])
      expect(await losing(api.fetch, () => valuesIn(topic))).toEqual(['a', 'b'])
    },
    testTimeoutMs,
  )

  test(
    'to a commit of offsets is asked for again',
    async () => {
      const topic = await newTopic()
      const partition = { topic, partition: 0 }
      await losing(api.offsetCommit, () => log.admin.setOffsets('set', [{ ...partition, offset: 4 }]))
      expect(await log.admin.committedOffsets('set', [partition])).toEqual([{ ...partition, offset: 4 }])
    },
    testTimeoutMs,
  )

  test.each(['produce', 'addPartitionsToTxn'] as const)(
    'to %s within a transaction does not disturb it',
    async (request) => {
      const topic = await newTopic()
      const producer = await log.transactionalProducer({ transactionalId: `in-${topic}`, timeoutMs: 20_000 })
      await losing(api[request], () => producer.send([batchOf(topic, 'a')]))
      await producer.commit([], group)
      await producer.send([batchOf(topic, 'b')])
      await producer.commit([], group)
      expect(await valuesIn(topic)).toEqual(['a', 'b'])
    },
    testTimeoutMs,
  )

  test(
    'to addOffsetsToTxn, which goes with the first send of all transactions but the first, does not disturb one',
    async () => {
      const topic = await newTopic()
      const partition = { topic, partition: 0 }
      const producer = await log.transactionalProducer({ transactionalId: `again-${topic}`, timeoutMs: 20_000 })
      await producer.send([batchOf(topic, 'a')])
      await producer.commit([{ ...partition, offset: 1 }], group)
      await losing(api.addOffsetsToTxn, () => producer.send([batchOf(topic, 'b')]))
      await producer.commit([{ ...partition, offset: 2 }], group)
      await losing(api.addOffsetsToTxn, () => producer.send([batchOf(topic, 'aborted')]))
      await producer.abort()
      await producer.send([batchOf(topic, 'c')])
      await producer.commit([], group)
      await log.transactionalProducer({ transactionalId: `again-${topic}`, timeoutMs: 20_000 })
      expect(await valuesIn(topic)).toEqual(['a', 'b', 'c'])
      expect(await log.admin.committedOffsets(group.groupId, [partition])).toEqual([{ ...partition, offset: 2 }])
    },
    testTimeoutMs,
  )

  test.each([
    ['addOffsetsToTxn', []],
    ['txnOffsetCommit', []],
    ['endTxn', ['a']],
  ] as const)(
    'to %s within a commit ends the producer; what became of the commit shows when it is opened anew',
    async (request, values) => {
      const topic = await newTopic()
      const partition = { topic, partition: 0 }
      const options = { transactionalId: `indefinite-${topic}`, timeoutMs: 20_000 }
      const producer = await log.transactionalProducer(options)
      await producer.send([batchOf(topic, 'a')])
      const commit = losing(api[request], () => producer.commit([{ ...partition, offset: 1 }], group))
      await expect(commit).rejects.toMatchObject({ code: 'TRANSACTION_INDEFINITE' })
      await expect(commit).rejects.toBeInstanceOf(OutageError)
      await isUnusable(producer, topic)
      await producer.close()

      const again = await log.transactionalProducer(options)
      const committed = await log.admin.committedOffsets(group.groupId, [partition])
      expect(committed).toEqual(values.map(() => ({ ...partition, offset: 1 })))
      await again.send([batchOf(topic, 'b')])
      await again.commit([], group)
      expect(await valuesIn(topic)).toEqual([...values, 'b'])
    },
    testTimeoutMs,
  )

  test(
    'to an abort ends the producer too',
    async () => {
      const topic = await newTopic()
      const producer = await log.transactionalProducer({ transactionalId: `abort-${topic}`, timeoutMs: 20_000 })
      await producer.send([batchOf(topic, 'a')])
      await expect(losing(api.endTxn, () => producer.abort())).rejects.toMatchObject({ code: 'TRANSACTION_INDEFINITE' })
      await isUnusable(producer, topic)
    },
    testTimeoutMs,
  )
})

async function isUnusable(producer: TransactionalProducer, topic: string): Promise<void> {
  const refused = { code: 'TRANSACTION_INDEFINITE' }
  await expect(producer.send([batchOf(topic, 'late')])).rejects.toMatchObject(refused)
  await expect(producer.commit([], group)).rejects.toMatchObject(refused)
  await expect(producer.abort()).rejects.toMatchObject(refused)
}
