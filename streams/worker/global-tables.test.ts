import { globalTable } from '../dsl/global-table'
import { stream } from '../dsl/stream'
import { OutageError } from '../errors'
import { deadLetter, failFast } from '../graph/policy'
import { topology } from '../graph/topology'
import { memoryLog } from '../log/embedded'
import { partitionFor } from '../log/partitioner'
import type { Log, LogReader } from '../log/port'
import { recordsBuffer } from '../log/records'
import { long, nullable, string } from '../serdes'
import { memoryStateDirectory, timestampedKeyValueStore } from '../stores'
import type { TimestampedKeyValueStore } from '../stores/store'
import { until } from '../test/workers'
import { topic } from '../topics'
import type { WorkerOptions } from './options'
import { createWorker, type Worker } from './worker'

const rates = topic('rates', { key: string, value: long, partitions: 3 })
const payments = topic('payments', { key: nullable(string), value: string, partitions: 2 })
const valued = topic('valued', { key: nullable(string), value: string, partitions: 2 })
const store = timestampedKeyValueStore('rates', { key: string, value: long })
const rateOf = globalTable(rates, store)
const valuing = topology('valuing', [
  stream(payments)
    .leftJoin(
      rateOf,
      (currency) => currency,
      (currency, rate) => `${currency}=${rate}`,
    )
    .to(valued),
])

const clock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(ms, 5))),
}

const bytesOfLong = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

describe('global tables of a worker', () => {
  let log: Log
  const running: Worker[] = []

  const start = async (options: Partial<WorkerOptions> = {}): Promise<Worker> => {
    const worker = createWorker({ topology: valuing, log, commitIntervalMs: 20, onError: failFast, clock, ...options })
    running.push(worker)
    await worker.start()
    return worker
  }
  const write = async (name: string, partitions: number, records: readonly (readonly [string, Buffer | null])[]) => {
    await log.admin.createTopics([{ name, partitions, config: {} }])
    const producer = await log.producer({ clientId: 'test' })
    for (const [key, value] of records) {
      const batch = recordsBuffer()
      batch.append(Buffer.from(key), value, 1, [])
      await producer.send([{ topic: name, partition: partitionFor(Buffer.from(key), partitions), records: batch }])
    }
    await producer.close()
  }
  const setRates = (all: Readonly<Record<string, number | null>>) =>
    write(
      'rates',
      3,
      Object.entries(all).map(([key, value]) => [key, value === null ? null : bytesOfLong(value)] as const),
    )
  const pay = (...currencies: readonly string[]) =>
    write(
      'payments',
      2,
      currencies.map((currency) => [currency, Buffer.from(currency)] as const),
    )
  const results = async (): Promise<readonly string[]> => {
    const all = [0, 1].map((partition) => ({ topic: 'valued', partition }))
    const ends = await log.admin.offsets(all, 'latest')
    const reader = await log.reader({ isolation: 'read_committed' })
    reader.assign(all.map((at) => ({ ...at, offset: 0 })))
    const values: string[] = []
    let left = ends.filter(({ offset }) => offset > 0).length
    while (left > 0) {
      for (const batch of await reader.poll(100)) {
        values.push(...batch.records.map(({ value }) => String(value)))
        if (batch.nextOffset >= batch.endOffset) left -= 1
      }
    }
    await reader.close()
    return values.sort()
  }
  const rowsOf = (worker: Worker) =>
    [...(worker.localStores('rates')[0] as TimestampedKeyValueStore<string, number>).all()].map(
      ({ key, value }) => [key, value.value] as const,
    )

  beforeEach(() => {
    log = memoryLog()
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.close()))
    await log.close()
  })

  test('are whole in every process before its first record, and current afterwards', async () => {
    await setRates({ eur: 1, usd: 2, gbp: 3, chf: 4, sek: 5 })
    await pay('eur', 'usd', 'gbp', 'chf', 'sek', 'none')
    const first = await start()
    await until(async () => (await results()).length === 6)
    expect(await results()).toEqual(['chf=4', 'eur=1', 'gbp=3', 'none=null', 'sek=5', 'usd=2'])

    const second = await start()
    await until(() => first.tasks.length === 1 && second.tasks.length === 1 && first.ready && second.ready)
    await setRates({ eur: 10, usd: null })
    for (const worker of [first, second]) {
      const current = [
        ['chf', 4],
        ['eur', 10],
        ['gbp', 3],
        ['sek', 5],
      ] as const
      await until(() => JSON.stringify(rowsOf(worker)) === JSON.stringify(current))
    }
    await pay('eur', 'usd')
    await until(async () => (await results()).length === 8)
    expect(await results()).toEqual(expect.arrayContaining(['eur=10', 'usd=null']))
  })

  test('go on from where their store stands', async () => {
    const state = memoryStateDirectory()
    await setRates({ eur: 1, usd: 2, gbp: 3 })
    const first = await start({ state })
    await until(() => first.ready)
    await first.close()
    await setRates({ usd: 20, gbp: null, chf: 4 })

    const read: number[] = []
    const second = await start({ state, log: watching(log, read) })
    await until(() => second.ready)
    expect(rowsOf(second)).toEqual([
      ['chf', 4],
      ['eur', 1],
      ['usd', 20],
    ])
    expect(read.reduce((sum, count) => sum + count, 0)).toBe(3)
  })

  test('are read anew where their store does not fit their topic', async () => {
    const state = memoryStateDirectory()
    await setRates({ eur: 1, usd: 2, gbp: 3 })
    const first = await start({ state })
    await until(() => first.ready)
    await first.close()
    await log.admin.deleteTopics(['rates'])
    await setRates({ chf: 4 })

    const second = await start({ state })
    await until(() => second.ready)
    expect(rowsOf(second)).toEqual([['chf', 4]])
  })

  test('leave out what cannot be decoded, and count it', async () => {
    await write('rates', 3, [['eur', Buffer.from('no number')]])
    await setRates({ usd: 2 })
    const worker = await start({ onError: deadLetter })
    await until(() => worker.ready)
    expect(rowsOf(worker)).toEqual([['usd', 2]])
    expect(worker.counters.failures.get('continue')).toBe(1)
  })

  test('stop the worker at what cannot be decoded, where the policy says so', async () => {
    await write('rates', 3, [['eur', Buffer.from('no number')]])
    const worker = await start()
    await expect(worker.done).rejects.toMatchObject({ code: 'DESERIALIZATION_FAILED' })
    expect(worker.state).toBe('ERROR')
  })

  test('wait outages out', async () => {
    await setRates({ eur: 1 })
    let outages = 3
    const flaky = (reader: LogReader): LogReader => ({
      ...reader,
      poll: (maxWaitMs) => {
        outages -= 1
        if (outages >= 0) return Promise.reject(new OutageError('LOG_UNAVAILABLE', 'not now'))
        return reader.poll(maxWaitMs)
      },
    })
    const worker = await start({ log: { ...log, reader: async (options) => flaky(await log.reader(options)) } })
    await until(() => worker.ready)
    expect(outages).toBeLessThan(0)
    expect(rowsOf(worker)).toEqual([['eur', 1]])
  })

  test('let themselves be closed while they wait', async () => {
    const never = (): Promise<never> => Promise.reject(new OutageError('LOG_UNAVAILABLE', 'not now'))
    await setRates({ eur: 1 })
    const worker = await start({
      log: { ...log, reader: async (options) => ({ ...(await log.reader(options)), poll: never }) },
    })
    await worker.close()
    expect(worker.state).toBe('NOT_RUNNING')
  })
})

/** Notes down how many records of the global table each poll brought. */
function watching(log: Log, read: number[]): Log {
  return {
    ...log,
    reader: async (options) => {
      const reader = await log.reader(options)
      return {
        ...reader,
        poll: async (maxWaitMs) => {
          const batches = await reader.poll(maxWaitMs)
          for (const batch of batches) if (batch.topic === 'rates') read.push(batch.records.length)
          return batches
        },
      }
    },
  }
}
