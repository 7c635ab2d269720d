/** A task that seals what comes in open: a source of plain JSON, a sink with a personal field. */
import { stream } from '../dsl/stream'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { recordsBuffer } from '../log/records'
import { inMemoryRegistry } from '../registry'
import { avro, avroSchema, json, string } from '../serdes'
import { topic } from '../topics'
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
    while (bytes === undefined) bytes = (await reader.poll(100)).flatMap((batch) => batch.records)[0]?.value
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
