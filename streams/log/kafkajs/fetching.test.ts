import { systemClock } from '../../clock'
import { silentLogger } from '../../logger'
import type { Client, Shared } from './client'
import { createFetching } from './fetching'
import type { LinkSet } from './link-set'
import type { Link } from './links'
import type { FetchResponse } from './protocol/fetch'
import { placeOf } from './protocol/grouped'
import { type Reading, startReading } from './reading'
import { type Request, reader, writer } from './wire'

const node = { id: 1, host: 'broker', port: 9092 }

/** A fetch as the broker sees it, and how it is answered. */
interface Asked {
  readonly connection: string
  readonly maxWaitMs: number
  readonly partitions: readonly number[]
  answer(): Promise<void>
}

/** A broker that holds every fetch back until the test answers it, with nothing. */
function heldBroker() {
  const asked: Asked[] = []
  const closed: string[] = []
  const connect = (connection: string): LinkSet => {
    const request = <T>(of: Request<T>) =>
      new Promise<T>((resolve) => {
        const { maxWaitMs, partitions } = readFetch(of)
        const found = partitions.map((partition) => ({ ...nothingAt, topic: 'inputs', partition }))
        const answer = async () => {
          resolve({ errorCode: 0, partitions: found } satisfies FetchResponse as T)
          await new Promise(setImmediate)
        }
        asked.push({ connection, maxWaitMs, partitions, answer })
      })
    const link = { node, usable: true, request } as Partial<Link> as Link
    return { to: () => Promise.resolve(link), open: () => [link], close: () => void closed.push(connection) }
  }
  return { asked, closed, connect }
}

const nothingAt = { errorCode: 0, highWatermark: 0, lastStableOffset: 0, aborted: [], bytes: Buffer.alloc(0) }

function readFetch(request: Request<unknown>) {
  const to = writer()
  request.encode(to)
  const from = reader(to.done())
  from.int32()
  const maxWaitMs = from.int32()
  from.int32() // min bytes
  from.int32() // max bytes
  from.int8() // isolation
  from.int32() // session
  from.int32() // epoch
  const partitions = from.array(() => {
    from.string()
    return from.array(() => {
      const partition = from.int32()
      from.int32() // leader epoch
      from.int64() // offset
      from.int64() // start of the log
      from.int32() // bytes
      return partition
    })
  })
  return { maxWaitMs, partitions: partitions.flat() }
}

function fetchingFrom(broker: ReturnType<typeof heldBroker>) {
  const readings = new Map<string, Reading>()
  const settings = { clock: systemClock, logger: silentLogger }
  const shared = { settings, directory: { leaderOf: () => node }, outageAfterMs: 1_000 } as unknown as Shared
  const fetching = createFetching({
    shared,
    client: { links: broker.connect('usual') } as Partial<Client> as Client,
    newLinks: () => broker.connect('aside'),
    isolation: 'read_committed',
    maxBytesPerPartition: 1_000,
    readings: () => readings,
    onArrival: () => undefined,
  })
  const read = async (partition: number) => {
    const reading = startReading({ topic: 'inputs', partition, offset: 0 })
    readings.set(placeOf(reading), reading)
    fetching.pump()
    await new Promise(setImmediate)
  }
  return { fetching, read }
}

test('what is assigned while a broker holds a fetch back is fetched over another connection, until all go together', async () => {
  const broker = heldBroker()
  const { read } = fetchingFrom(broker)
  await read(0)
  await read(1)
  await read(2)
  expect(broker.asked).toMatchObject([
    { connection: 'usual', partitions: [0], maxWaitMs: 500 },
    { connection: 'aside', partitions: [1], maxWaitMs: 20 },
  ])
  await broker.asked[1]!.answer()
  expect(broker.asked[2]).toMatchObject({ connection: 'aside', partitions: [1, 2], maxWaitMs: 20 })
  await broker.asked[0]!.answer()
  expect(broker.asked[3]).toMatchObject({ connection: 'usual', partitions: [0], maxWaitMs: 20 })
  await broker.asked[2]!.answer()
  expect(broker.closed).toEqual(['aside'])
  expect(broker.asked).toHaveLength(4)
  await broker.asked[3]!.answer()
  expect(broker.asked[4]).toMatchObject({ connection: 'usual', maxWaitMs: 500 })
  expect([...broker.asked[4]!.partitions].sort()).toEqual([0, 1, 2])
})

test('what is assigned while a fetch is not held back for long waits for it', async () => {
  const broker = heldBroker()
  const { read } = fetchingFrom(broker)
  await read(0)
  await read(1)
  await broker.asked[0]!.answer()
  expect(broker.asked[2]).toMatchObject({ connection: 'usual', partitions: [0], maxWaitMs: 20 })
  await read(2)
  await broker.asked[1]!.answer()
  expect(broker.asked).toHaveLength(3)
})

test('once it is closed nothing is fetched, and no connection is left', async () => {
  const broker = heldBroker()
  const { fetching, read } = fetchingFrom(broker)
  await read(0)
  await read(1)
  fetching.close()
  await broker.asked[0]!.answer()
  await broker.asked[1]!.answer()
  expect(broker.asked).toHaveLength(2)
  expect(broker.closed).toContain('aside')
})
