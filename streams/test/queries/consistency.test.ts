import { systemClock } from '../../clock'
import { stream } from '../../dsl/stream'
import { topology } from '../../graph/topology'
import { memoryLog } from '../../log/embedded'
import { inMemoryRegistry } from '../../registry'
import { avro, json, long, string } from '../../serdes'
import { keyValueStore, timestampedKeyValueStore } from '../../stores'
import { topic } from '../../topics'
import { openTopicWriter } from '../../worker/topic-writer'
import { createWorker, type Worker } from '../../worker/worker'
import { until } from '../workers'
import { group, totals } from './fixtures'

describe.each(['at_least_once', 'exactly_once_v2'] as const)('while members come and go, with %s', (guarantee) => {
  test('whoever is asked knows of every write, and never forgets', async () => {
    const members = group({ guarantee, standbyReplicas: 1 })
    const running: Worker[] = [await members.start(), await members.start()]
    let over = false
    const churn = (async () => {
      for (let round = 0; round < 4; round += 1) {
        running.push(await members.start())
        await until(() => over || running.every(({ ready, state }) => ready || state === 'ERROR'))
        await running.shift()!.close()
      }
    })().finally(() => {
      over = true
    })
    let writes = 0
    for (let index = 0; index < 20 || (!over && index < 2_000); index += 1) {
      const key = `key-${index % 7}`
      const at = await members.write(key, 1)
      writes += 1
      const asked = running[index % running.length]!
      const { value } = await asked
        .store(totals)
        .get(key, { atLeast: at, timeoutMs: 20_000, allowStandby: index % 2 === 0 })
        .catch((error: { details?: { reason?: unknown } }) => {
          // It was taken out between the choice and the question.
          if (error.details?.reason === 'ended') return { value: Math.floor(index / 7) + 1 }
          throw error
        })
      expect({ key, value }).toEqual({ key, value: Math.floor(index / 7) + 1 })
    }
    await churn
    const all = await running[0]!.store(totals).all({ timeoutMs: 20_000 }).answer()
    expect(all.value.reduce((sum, { value }) => sum + value, 0)).toBe(writes)
    await members.close()
  }, 60_000)
})

describe('a position', () => {
  const numbers = topic('numbers', { key: string, value: long, partitions: 1 })
  const write = async (log: ReturnType<typeof memoryLog>, value: number) => {
    const writer = await openTopicWriter({ log, topic: numbers, clientId: 'test', clock: systemClock })
    const written = await writer.write('a', value)
    await writer.close()
    return written
  }

  test('is reached when the calls of its record have been answered', async () => {
    const log = memoryLog()
    const answers: (() => void)[] = []
    const doubled = keyValueStore('doubled', { key: string, value: long })
    const doubling = topology('doubling', [
      stream(numbers)
        .mapAsync('double', (value) => new Promise<number>((resolve) => answers.push(() => resolve(2 * value))), {
          capacity: 4,
          timeoutMs: 60_000,
        })
        .process((context) => ({ process: ({ key, value }) => context.store(doubled).put(key, value) }), {
          stores: [doubled],
        })
        .foreach(() => undefined),
    ])
    const worker = createWorker({ topology: doubling, log, commitIntervalMs: 10 })
    await worker.start()
    const at = await write(log, 21)
    await until(() => answers.length === 1)
    await expect(worker.store(doubled).get('a', { atLeast: at, timeoutMs: 30 })).rejects.toMatchObject({
      code: 'POSITION_NOT_REACHED',
    })
    const asked = worker.store(doubled).get('a', { atLeast: at })
    answers[0]!()
    expect((await asked).value).toBe(42)
    await worker.close()
    await log.close()
  })

  test('is reached when what is cached has come down', async () => {
    const log = memoryLog()
    const cached = timestampedKeyValueStore('cached', { key: string, value: long, caching: true })
    const below = timestampedKeyValueStore('below', { key: string, value: long })
    const counting = topology('counting', [
      stream(numbers)
        .groupByKey()
        .reduce((sum, value) => sum + value, cached)
        .mapValues((sum) => 10 * sum, below)
        .toStream()
        .foreach(() => undefined),
    ])
    const worker = createWorker({ topology: counting, log, commitIntervalMs: 50 })
    await worker.start()
    for (const sum of [1, 2, 3, 4]) {
      const at = await write(log, 1)
      expect((await worker.store(below).get('a', { atLeast: at })).value?.value).toBe(10 * sum)
    }
    await worker.close()
    await log.close()
  })
})

test('what one member writes in Avro another can read, though it has never seen the schema', async () => {
  const registry = inMemoryRegistry()
  const log = memoryLog()
  const order = avro<{ readonly id: string; readonly cents: number }>(
    JSON.stringify({
      type: 'record',
      name: 'Order',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'cents', type: 'long' },
      ],
    }),
  )
  const orders = topic('orders', { key: string, value: order, partitions: 4 })
  const kept = keyValueStore('kept', { key: string, value: order })
  const keeping = topology('keeping', [
    stream(orders)
      .process((context) => ({ process: ({ key, value }) => context.store(kept).put(key, value) }), { stores: [kept] })
      .foreach(() => undefined),
  ])
  const workers = [1, 2].map(() => createWorker({ topology: keeping, log, registry, applicationServer: '127.0.0.1:0' }))
  for (const worker of workers) await worker.start()
  const writer = await openTopicWriter({ log, topic: orders, clientId: 'test', clock: systemClock, registry })
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    const atLeast = await writer.write(id, { id, cents: 12 })
    const values = await Promise.all(workers.map((worker) => worker.store(kept).get(id, { atLeast })))
    expect(values[0]!.value).toEqual(values[1]!.value)
    expect(values[0]!.value).toMatchObject({ id })
  }
  await writer.close()
  await Promise.all(workers.map((worker) => worker.close()))
  await log.close()
})

test('a store under keys of another kind than its input is asked everywhere', async () => {
  const log = memoryLog()
  const named = topic('named', { key: string, value: json<number>(), partitions: 4 })
  const byNumber = keyValueStore('by-number', { key: long, value: string })
  const turning = topology('turning', [
    stream(named)
      .process((context) => ({ process: ({ key, value }) => context.store(byNumber).put(value, key) }), {
        stores: [byNumber],
      })
      .foreach(() => undefined),
  ])
  const workers = [1, 2].map(() => createWorker({ topology: turning, log, applicationServer: '127.0.0.1:0' }))
  for (const worker of workers) await worker.start()
  const writer = await openTopicWriter({ log, topic: named, clientId: 'test', clock: systemClock })
  for (const [index, name] of ['ann', 'bob', 'cyd', 'dan', 'eve'].entries()) {
    const atLeast = await writer.write(name, index)
    for (const worker of workers) expect((await worker.store(byNumber).get(index, { atLeast })).value).toBe(name)
  }
  await expect(workers[0]!.locate(byNumber, 1)).rejects.toMatchObject({ code: 'QUERY_INVALID' })
  await writer.close()
  await Promise.all(workers.map((worker) => worker.close()))
  await log.close()
})
