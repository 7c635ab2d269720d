/** Whatever is written, a reader finds what a simple model says, from every offset and in steps of every size. */
import fc from 'fast-check'
import { silentLogger } from '../../logger'
import { batch, noGroup, send, someTime } from '../../testing/contracts/log/fixture'
import { manualClock } from '../../testing/manual-clock'
import type { IsolationLevel, TransactionalProducer } from '../port'
import { openCore } from './core'
import { type EmbeddedLog, logOf } from './embedded-log'
import { memoryStorage } from './memory-storage'
import type { Storage } from './storage'

const partition = { topic: 'topic', partition: 0 }
const producers = [0, 1]
const steps = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('send' as const), count: fc.integer({ min: 1, max: 5 }), later: fc.nat(20) }),
    fc.record({
      type: fc.constantFrom('send-in' as const, 'commit' as const, 'abort' as const),
      producer: fc.constantFrom(...producers),
      count: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({ type: fc.constant('reopen' as const) }),
  ),
  { maxLength: 40 },
)

interface Entry {
  readonly value: string
  readonly timestamp: number
  /** What became of it: `open` until its transaction ends. */
  fate: 'open' | 'committed' | 'aborted'
}

/** The records by offset; markers leave gaps. */
interface Model {
  readonly entries: Map<number, Entry>
  end: number
}

test('readers of both kinds, timestamps and ends agree with a model', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 2000 }), async (given, maxBytesPerPartition) => {
      const { log, model } = await run(given)
      const stable = Math.min(model.end, ...offsetsOf(model, (entry) => entry.fate === 'open'))
      const ends = { read_committed: stable, read_uncommitted: model.end }
      const isSeen = {
        read_committed: (entry: Entry) => entry.fate === 'committed',
        read_uncommitted: () => true,
      }
      for (const isolation of ['read_committed', 'read_uncommitted'] as const) {
        const seen = offsetsOf(model, isSeen[isolation]).filter((offset) => offset < ends[isolation])
        for (let from = 0; from <= model.end; from++) {
          const read = await readFrom(log, { from, end: ends[isolation], isolation, maxBytesPerPartition })
          expect(read.map(([offset]) => offset)).toEqual(seen.filter((offset) => offset >= from))
          for (const [offset, value] of read) expect(value).toBe(model.entries.get(offset)?.value)
        }
      }
      expect(await log.admin.offsets([partition], 'latest')).toEqual([{ ...partition, offset: stable }])
      for (const timestamp of [0, someTime, someTime + 7, someTime + 30, someTime + 1000]) {
        const late = offsetsOf(model, (entry) => entry.fate === 'committed' && entry.timestamp >= timestamp)
        const offset = Math.min(stable, ...late)
        expect(await log.admin.offsets([partition], { timestamp })).toEqual([{ ...partition, offset }])
      }
      await log.close()
    }),
    { numRuns: 60 },
  )
}, 60_000)

async function run(given: typeof steps extends fc.Arbitrary<infer T> ? T : never) {
  const storage = memoryStorage()
  const model: Model = { entries: new Map(), end: 0 }
  let log = openOn(storage)
  await log.admin.createTopics([{ name: 'topic', partitions: 1, config: { 'segment.bytes': '600' } }])
  let open = new Map<number, TransactionalProducer>()
  let number = 0

  function records(count: number, later = 0) {
    return Array.from({ length: count }, () => ({ value: Buffer.from(`${number++}`), timestamp: someTime + later }))
  }
  function remember(sent: ReturnType<typeof records>, fate: Entry['fate']): number[] {
    return sent.map(({ value, timestamp }) => {
      model.entries.set(model.end, { value: value.toString(), timestamp, fate })
      return model.end++
    })
  }
  const pending = new Map<number, number[]>(producers.map((each) => [each, []]))
  function settle(producer: number, fate: Entry['fate']): void {
    const offsets = pending.get(producer)!
    for (const offset of offsets) model.entries.get(offset)!.fate = fate
    if (offsets.length > 0) model.end++
    pending.set(producer, [])
  }
  async function producer(id: number): Promise<TransactionalProducer> {
    const known = open.get(id) ?? (await log.transactionalProducer({ transactionalId: `${id}`, timeoutMs: 60_000 }))
    open.set(id, known)
    return known
  }

  for (const step of given) {
    if (step.type === 'send') {
      const sent = records(step.count, step.later)
      await send(log, batch('topic', 0, sent))
      remember(sent, 'committed')
    } else if (step.type === 'send-in') {
      const sent = records(step.count)
      const [appended] = await (await producer(step.producer)).send([batch('topic', 0, sent)])
      expect(appended?.baseOffset).toBe(model.end)
      pending.get(step.producer)!.push(...remember(sent, 'open'))
    } else if (step.type === 'reopen') {
      await log.close()
      log = openOn(storage)
      open = new Map()
      for (const each of producers) settle(each, 'aborted')
    } else {
      const owner = await producer(step.producer)
      await (step.type === 'commit' ? owner.commit([], noGroup) : owner.abort())
      settle(step.producer, step.type === 'commit' ? 'committed' : 'aborted')
    }
  }
  return { log, model }
}

interface Reading {
  readonly from: number
  readonly end: number
  readonly isolation: IsolationLevel
  readonly maxBytesPerPartition: number
}

async function readFrom(log: EmbeddedLog, { from, end, ...options }: Reading): Promise<[number, string][]> {
  const reader = await log.reader(options)
  reader.assign([{ ...partition, offset: from }])
  const read: [number, string][] = []
  for (let next = from; next < end; ) {
    const [found] = await reader.poll(0)
    expect(found!.nextOffset).toBeGreaterThan(next)
    expect(found!.endOffset).toBe(end)
    read.push(...found!.records.map((record): [number, string] => [record.offset, `${record.value}`]))
    next = found!.nextOffset
  }
  expect(await reader.poll(0)).toEqual([])
  await reader.close()
  return read
}

function offsetsOf(model: Model, wanted: (entry: Entry) => boolean): number[] {
  return [...model.entries].filter(([, entry]) => wanted(entry)).map(([offset]) => offset)
}

function openOn(storage: Storage): EmbeddedLog {
  return logOf(openCore({ storage, clock: manualClock(someTime), logger: silentLogger, newId: () => 'id' }))
}
