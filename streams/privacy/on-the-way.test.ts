/** A task that seals what comes in open: a source of plain JSON, a sink with a personal field. */
import { stream } from '../dsl/stream'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { recordsBuffer } from '../log/records'
import { inMemoryRegistry } from '../registry'
import { avro, avroSchema, json, string } from '../serdes'
import { topic } from '../topics'
import { openPublisher } from '../worker/publisher'
import { createWorker } from '../worker/worker'
import { localKeyEncryption } from './key-encryption'
import { memoryKeyStore } from './stores/memory'
import { personalDataVault } from './vault'

interface Visit {
  readonly who: string
  readonly name: string
}

const schema = avroSchema<Visit>(
  JSON.stringify({
    type: 'record',
    name: 'Visit',
    fields: [
      { name: 'who', type: 'string', 'millrace.subject': true },
      { name: 'name', type: 'string', 'confluent:tags': ['PII'] },
    ],
  }),
)
const legacy = topic('legacy', { key: string, value: json<Visit>(), partitions: 1 })
const visits = topic('visits', { key: string, value: avro(schema), partitions: 1 })
const sealing = topology('sealing', [stream(legacy).to(visits)])

test('an event that cannot be published shows nothing personal in its dead letter', async () => {
  const log = memoryLog()
  const vault = personalDataVault({
    store: memoryKeyStore(),
    encryption: localKeyEncryption([{ id: 'k', key: Buffer.alloc(32) }]),
  })
  const logged: unknown[] = []
  const note = (...all: unknown[]) => void logged.push(...all)
  const logger = { debug: note, info: note, warn: note, error: note }
  const publisher = await openPublisher({
    log,
    topic: visits,
    keyOf: ({ who }: Visit) => who,
    clientId: 'test',
    registry: inMemoryRegistry(),
    personalKeys: vault,
    logger,
  })
  // Nobody is said to be its subject.
  await expect(publisher.publish({ who: '', name: 'Anna Plaintext' })).rejects.toMatchObject({
    code: 'PRODUCTION_FAILED',
  })
  // Its shape is wrong, though it says whose it is.
  const misshapen = { who: 'ann', name: 'Anna Plaintext', extra: undefined, ...({ who: 'ann' } as object) }
  await publisher.publish(misshapen)
  await publisher.close()
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign([{ topic: 'visits-dlq', partition: 0, offset: 0 }])
  const dead = (await reader.poll(1_000)).flatMap(({ records }) => [...records])
  expect(dead).toHaveLength(1)
  const bytes = dead.flatMap(({ value, headers }) => [value!, ...headers.map((header) => header.value!)])
  expect(Buffer.concat(bytes).toString('latin1')).not.toContain('Plaintext')
  expect(JSON.stringify(logged, (_, value) => (value instanceof Error ? value.message : value))).not.toContain(
    'Plaintext',
  )
  await log.close()
})

test.each(['at_least_once', 'exactly_once_v2'] as const)(
  '%s: a key is kept before what it seals',
  async (guarantee) => {
    const log = memoryLog()
    const order: string[] = []
    const kept = memoryKeyStore()
    const store = {
      ...kept,
      put: async (key: Parameters<typeof kept.put>[0]) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        await kept.put(key)
        order.push('key')
      },
    }
    const vault = personalDataVault({ store, encryption: localKeyEncryption([{ id: 'k', key: Buffer.alloc(32) }]) })
    const registry = inMemoryRegistry()
    await log.admin.createTopics([{ name: 'legacy', partitions: 1 }])
    const producer = await log.producer({ clientId: 'test' })
    const records = recordsBuffer()
    records.append(Buffer.from('k'), Buffer.from(JSON.stringify({ who: 'ann', name: 'Anna Plaintext' })), 1, [])
    await producer.send([{ topic: 'legacy', partition: 0, records }])
    const worker = createWorker({ topology: sealing, log, registry, personalKeys: vault, guarantee })
    await worker.start()
    const reader = await log.reader({ isolation: 'read_committed' })
    reader.assign([{ topic: 'visits', partition: 0, offset: 0 }])
    let bytes: Buffer | null | undefined
    for (let polls = 0; bytes === undefined && polls < 100; polls++) {
      bytes = (await reader.poll(100)).flatMap((batch) => [...batch.records])[0]?.value
    }
    order.push('record')
    expect(order).toEqual(['key', 'record'])
    expect(bytes!.includes('Plaintext')).toBe(false)
    const elsewhere = personalDataVault({
      store: kept,
      encryption: localKeyEncryption([{ id: 'k', key: Buffer.alloc(32) }]),
    })
    const open = avro(schema, { personal: 'open' }).open({
      topic: 'visits',
      role: 'value',
      registry,
      personalKeys: elsewhere,
    })
    await open.prepare?.([bytes!])
    expect(open.decode(bytes!)).toEqual({ who: 'ann', name: 'Anna Plaintext' })
    await worker.close()
    await log.close()
  },
)
