import { randomUUID } from 'node:crypto'
import { kafkaSuite } from '../../../test/kafka/suite'
import type { Log, OutgoingBatch } from '../port'
import { recordsBuffer } from '../records'
import { openKafkaLog } from '.'

const testTimeoutMs = 60_000

function batchFor(topic: string): OutgoingBatch {
  const records = recordsBuffer()
  records.append(Buffer.from('key'), Buffer.from('value'), 1, [])
  return { topic, partition: 0, records }
}

kafkaSuite('a transaction one of whose topics is missing', (kafka) => {
  let log: Log
  beforeAll(async () => {
    log = await openKafkaLog({ brokers: kafka().brokers })
  }, testTimeoutMs)
  afterAll(async () => log?.close())

  test.each(['first', 'last'])(
    'is refused because of that topic, where it comes %s',
    async (place) => {
      const [present, missing] = [`present-${randomUUID()}`, `missing-${randomUUID()}`]
      await log.admin.createTopics([{ name: present, partitions: 1 }])
      const producer = await log.transactionalProducer({ transactionalId: randomUUID(), timeoutMs: 10_000 })
      const batches = [batchFor(present), batchFor(missing)]
      const sent = producer.send(place === 'last' ? batches : batches.reverse())
      await expect(sent).rejects.toMatchObject({ code: 'TOPIC_MISSING', message: expect.stringContaining(missing) })
      await producer.close()
    },
    testTimeoutMs,
  )
})
