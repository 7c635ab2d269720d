/** An application under ACLs: what it makes itself by the prefix of its id, of all else only what it reads and writes. */
import {
  createWorker,
  deadLetter,
  json,
  type Log,
  long,
  openKafkaLog,
  type ProcessingGuarantee,
  recordsBuffer,
  stream,
  string,
  timestampedKeyValueStore,
  topic,
  topology,
} from 'millrace'
import { allow, guarded } from './kafka/acls'
import { localKafkaSuite } from './kafka/suite'

const testTimeoutMs = 120_000
const lines = topic('lines', { key: string, value: json<string>(), partitions: 2 })
const counts = topic('counts', { key: string, value: long, partitions: 2 })
const countOf = timestampedKeyValueStore('count-of', { key: string, value: long })

const wordCount = topology('word-count', [
  stream(lines)
    .flatMapValues((line) => line.split(' '))
    .groupBy((word) => word, { name: 'words', key: string, value: json<string>() })
    .count(countOf)
    .toStream()
    .to(counts),
])

localKafkaSuite('an application with the ACLs of docs/operations.md', guarded('alice'), (kafka) => {
  let owner: Log
  let alice: Log

  const as = (username: string) =>
    openKafkaLog({ brokers: kafka().brokers, sasl: { mechanism: 'plain', username, password: username } })
  beforeAll(async () => {
    owner = await as('broker')
    await owner.admin.createTopics(['lines', 'lines-dlq', 'counts'].map((name) => ({ name, partitions: 2 })))
    await allow(kafka(), 'alice', '--operation', 'Read', '--topic', 'lines')
    await allow(kafka(), 'alice', '--operation', 'Write', '--topic', 'counts', '--topic', 'lines-dlq')
    const own = ['--topic', 'word-count', '--group', 'word-count', '--transactional-id', 'word-count']
    await allow(kafka(), 'alice', '--operation', 'All', ...own, '--resource-pattern-type', 'prefixed')
    alice = await as('alice')
  }, testTimeoutMs)
  afterAll(async () => {
    await Promise.all([owner?.close(), alice?.close()])
  })

  async function put(...values: readonly string[]): Promise<void> {
    const producer = await owner.producer({ clientId: 'test' })
    const records = recordsBuffer()
    for (const value of values) records.append(Buffer.from('key'), Buffer.from(value), Date.now(), [])
    await producer.send([{ topic: 'lines', partition: 0, records }])
    await producer.close()
  }
  async function read(name: string, until: (seen: ReadonlyMap<string, Buffer | null>) => boolean): Promise<void> {
    const reader = await owner.reader({ isolation: 'read_committed' })
    reader.assign([0, 1].map((partition) => ({ topic: name, partition, offset: 0 })))
    const seen = new Map<string, Buffer | null>()
    while (!until(seen)) {
      for (const { records } of await reader.poll(500)) {
        for (const { key, value } of records) seen.set(String(key), value)
      }
    }
    await reader.close()
  }

  test.each<ProcessingGuarantee>(['at_least_once', 'exactly_once_v2'])(
    'counts, keeps state and puts away what it cannot read: %s',
    async (guarantee) => {
      const word = guarantee.slice(0, 5)
      await put(JSON.stringify(`${word} and ${word}`), 'no json')
      const worker = createWorker({
        topology: wordCount,
        log: alice,
        applicationId: `word-count-${guarantee}`,
        guarantee,
        onError: deadLetter,
      })
      await worker.start()
      await read('counts', (seen) => seen.get(word)?.readBigInt64BE(0) === 2n)
      await read('lines-dlq', (seen) => seen.get('key')?.toString() === 'no json')
      await worker.close()
    },
    testTimeoutMs,
  )

  test(
    'does not start where one is missing, and says which',
    async () => {
      const foreign = { topology: wordCount, log: alice, applicationId: 'foreign' }
      await expect(createWorker(foreign).start()).rejects.toThrow(/the principal needs CREATE.* on topic foreign-/)
    },
    testTimeoutMs,
  )
})
