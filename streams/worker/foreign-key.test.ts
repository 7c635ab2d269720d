import { table } from '../dsl/table'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import type { Log } from '../log/port'
import { json, nullable, string } from '../serdes'
import { timestampedKeyValueStore } from '../stores'
import { until } from '../test/workers'
import { topic } from '../topics'
import { openTopicWriter } from './topic-writer'
import { createWorker, type Worker } from './worker'

interface Order {
  readonly customer: string | null
  readonly version: number
}
const orders = topic('orders', { key: string, value: nullable(json<Order>()), partitions: 3 })
const customers = topic('customers', { key: string, value: nullable(string), partitions: 2 })
const named = topic('named', { key: string, value: nullable(string), partitions: 4 })
const naming = topology('naming', [
  table(orders, timestampedKeyValueStore('orders', { key: string, value: json<Order>() }))
    .leftJoin(
      table(customers, timestampedKeyValueStore('customers', { key: string, value: string })),
      ({ customer }) => customer,
      ({ version }, name) => `${version} by ${name}`,
      { name: 'by-customer' },
    )
    .toStream()
    .to(named),
])

/** The latest value of each key of a topic. */
async function rowsOf(log: Log, name: string): Promise<Readonly<Record<string, string>>> {
  const { partitions } = (await log.admin.describeTopics([name])).get(name)!
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }))
  const ends = await log.admin.offsets(all, 'latest')
  const left = new Map(ends.flatMap(({ partition, offset }) => (offset > 0 ? [[partition, offset] as const] : [])))
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(all.map((at) => ({ ...at, offset: 0 })))
  const rows: Record<string, string> = {}
  while (left.size > 0) {
    for (const { partition, records, nextOffset } of await reader.poll(100)) {
      for (const { key, value } of records) {
        if (value === null) delete rows[String(key)]
        else rows[String(key)] = String(value)
      }
      if (nextOffset >= left.get(partition)!) left.delete(partition)
    }
  }
  await reader.close()
  return rows
}

const orderIds = Array.from({ length: 8 }, (_, index) => `o${index}`)
const customerIds = ['anna', 'bert', 'caro']

describe.each(['at_least_once', 'exactly_once_v2'] as const)('a join by foreign key with %s', (guarantee) => {
  let log: Log
  let workers: readonly Worker[]
  beforeEach(() => {
    log = memoryLog()
    workers = [1, 2].map(() => createWorker({ topology: naming, log, guarantee, commitIntervalMs: 5 }))
  })
  // Also what waits in vain ends with the log.
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.close()))
    await log.close()
  })

  test('ends with the rows of the join, whatever overtakes what between its tasks', async () => {
    await log.admin.createTopics(
      [orders, customers].map(({ name, partitions = 1 }) => ({ name, partitions, config: {} })),
    )
    const options = { log, clientId: 'test', clock: { now: () => 1, sleep: async () => undefined } }
    const orderWriter = await openTopicWriter({ ...options, topic: orders })
    const customerWriter = await openTopicWriter({ ...options, topic: customers })

    const placed = new Map<string, Order | null>()
    const called = new Map<string, string | null>()
    for (let version = 0; version < 40; version += 1) {
      // What is there already is read at once, so that answers meet rows that refer to another customer by then.
      if (version === 20) for (const worker of workers) await worker.start()
      const writes = orderIds.map((id, index) => {
        const turn = (version * 7 + index * 5) % 11
        const customer = customerIds[turn % 4] ?? null
        const order = turn === 10 ? null : { customer, version }
        placed.set(id, order)
        return orderWriter.write(id, order)
      })
      const customer = customerIds[version % 3]!
      const name = version % 5 === 4 ? null : `${customer} ${version}`
      called.set(customer, name)
      await Promise.all([...writes, customerWriter.write(customer, name)])
    }
    const expected = Object.fromEntries(
      [...placed].flatMap(([id, order]) =>
        order === null ? [] : [[id, `${order.version} by ${called.get(order.customer ?? '') ?? null}`]],
      ),
    )
    const settled = async () => {
      const rows = await rowsOf(log, 'named')
      return JSON.stringify(Object.entries(rows).sort()) === JSON.stringify(Object.entries(expected).sort())
    }
    await until(settled)
    expect(await rowsOf(log, 'named')).toEqual(expected)
    const former = workers.map(({ counters }) => counters.dropped.get('answer to a former foreign key') ?? 0)
    expect(former.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
    await orderWriter.close()
    await customerWriter.close()
  })
})
