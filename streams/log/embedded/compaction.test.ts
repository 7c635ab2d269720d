import fc from 'fast-check'
import { silentLogger } from '../../logger'
import { batch, type Given, noGroup, readAll, send } from '../../testing/contracts/log/fixture'
import { type ManualClock, manualClock } from '../../testing/manual-clock'
import type { LogRecord } from '../port'
import { openCore } from './core'
import { type EmbeddedLog, logOf } from './embedded-log'
import { memoryStorage } from './memory-storage'
import type { Storage } from './storage'

const partition = { topic: 'latest', partition: 0 }
const deleteRetentionMs = 1000
const key = fc.constantFrom('a', 'b', 'c', 'd')
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('put' as const), key, value: fc.string({ maxLength: 60 }) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('delete' as const), key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('abort' as const, 'commit' as const), key }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom('maintain' as const, 'wait' as const, 'reopen' as const) }),
  },
)

test('compaction changes neither the state nor an offset, whatever was written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const subject = await open()
      const state = new Map<string, string>()
      const written = new Map<number, string>()
      for (const each of steps) await apply(subject, each, { state, written })
      await subject.log.maintain()

      const records = await readAll(subject.log, partition)
      expect(stateOf(records)).toEqual(state)
      for (const record of records) expect(written.get(record.offset)).toBe(textOf(record))
      const offsets = records.map((record) => record.offset)
      expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b))
    }),
    { numRuns: 60 },
  )
}, 60_000)

test('of many values of a key the latest stays, with a batch of its own offset', async () => {
  const { log } = await open()
  for (let value = 0; value < 50; value++) await put(log, 'a', `${value}`)
  await log.maintain()
  const records = await readAll(log, partition)
  expect(records.length).toBeLessThan(15)
  expect(records.at(-1)).toMatchObject({ offset: 49, value: Buffer.from('49') })
  expect((await log.admin.offsets([partition], 'earliest'))[0]?.offset).toBe(0)
})

test('a tombstone stays until its time is over, counted from the pass that took its value away', async () => {
  const { log, clock } = await open()
  await put(log, 'a', 'value')
  await put(log, 'a', null)
  const tombstones = async () => (await readAll(log, partition)).filter((record) => record.value === null).length

  await fill(log, 'first')
  await log.maintain()
  expect((await readAll(log, partition)).map(textOf)).not.toContain('a=value')
  expect(await tombstones()).toBe(1)

  clock.advance(deleteRetentionMs - 1)
  await fill(log, 'second')
  await log.maintain()
  expect(await tombstones()).toBe(1)

  clock.advance(1)
  await fill(log, 'third')
  await log.maintain()
  expect(await tombstones()).toBe(0)
})

test('records of an open transaction, and all after them, are left alone', async () => {
  const { log } = await open()
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 60_000 })
  await put(log, 'a', 'before')
  await producer.send([batch('latest', 0, [{ key: Buffer.from('a'), value: Buffer.from('open') }])])
  for (let value = 0; value < 20; value++) await put(log, 'b', `${value}`)
  await log.maintain()
  await producer.abort()
  const records = await readAll(log, partition)
  expect(records.map(textOf)).toEqual(['a=before', ...Array.from({ length: 20 }, (_, value) => `b=${value}`)])
  await log.maintain()
  expect(stateOf(await readAll(log, partition))).toEqual(
    new Map([
      ['a', 'before'],
      ['b', '19'],
    ]),
  )
})

test('a topic that is not dirty enough is left alone', async () => {
  const { log } = await open({ 'min.cleanable.dirty.ratio': '0.5' })
  for (let value = 0; value < 40; value++) await put(log, `${value}`, 'x'.repeat(100))
  await log.maintain()
  await put(log, '0', 'y'.repeat(500))
  await put(log, '1', 'y'.repeat(500))
  await log.maintain()
  expect(await readAll(log, partition)).toHaveLength(42)
  for (let value = 0; value < 40; value++) await put(log, `${value}`, 'z'.repeat(110))
  await log.maintain()
  expect((await readAll(log, partition)).length).toBeLessThan(60)
})

test('a topic that is deleted or a log that is closed meanwhile is no trouble', async () => {
  const { log } = await open()
  for (let value = 0; value < 200; value++) await put(log, 'a', `${value}`)
  const maintained = log.maintain()
  await log.admin.deleteTopics(['latest'])
  await maintained
  expect(await log.admin.listTopics()).toEqual([])
  const again = log.maintain()
  await log.close()
  await again
})

interface Subject {
  log: EmbeddedLog
  readonly clock: ManualClock
  readonly storage: Storage
}

async function open(config: Readonly<Record<string, string>> = {}): Promise<Subject> {
  const subject = { storage: memoryStorage(), clock: manualClock(1_700_000_000_000) }
  const log = openOn(subject.storage, subject.clock)
  const compacted = {
    'cleanup.policy': 'compact',
    'segment.bytes': '500',
    'min.cleanable.dirty.ratio': '0.1',
    'delete.retention.ms': `${deleteRetentionMs}`,
  }
  await log.admin.createTopics([{ name: 'latest', partitions: 1, config: { ...compacted, ...config } }])
  return { ...subject, log }
}

function openOn(storage: Storage, clock: ManualClock): EmbeddedLog {
  return logOf(openCore({ storage, clock, logger: silentLogger, newId: () => 'id' }))
}

/** What the records make, and every record that was ever to be seen. */
interface Model {
  readonly state: Map<string, string>
  readonly written: Map<number, string>
}

async function apply(subject: Subject, each: typeof step extends fc.Arbitrary<infer T> ? T : never, model: Model) {
  const { log, clock } = subject
  switch (each.type) {
    case 'put':
    case 'delete': {
      const value = each.type === 'put' ? each.value : null
      remember(model, await put(log, each.key, value), each.key, value)
      break
    }
    case 'abort':
    case 'commit': {
      const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 60_000 })
      const [appended] = await producer.send([batch('latest', 0, [given(each.key, each.type)])])
      if (each.type === 'abort') await producer.abort()
      else {
        await producer.commit([], noGroup)
        remember(model, appended!.baseOffset, each.key, each.type)
      }
      break
    }
    case 'maintain':
      await log.maintain()
      break
    case 'wait':
      clock.advance(deleteRetentionMs / 2)
      break
    case 'reopen':
      await log.close()
      subject.log = openOn(subject.storage, clock)
  }
}

function remember({ state, written }: Model, offset: number, key: string, value: string | null): void {
  written.set(offset, `${key}=${value}`)
  if (value === null) state.delete(key)
  else state.set(key, value)
}

async function put(log: EmbeddedLog, key: string, value: string | null): Promise<number> {
  const [appended] = await send(log, batch('latest', 0, [given(key, value)]))
  return appended!.baseOffset
}

/** Closes the segment before by filling another. */
async function fill(log: EmbeddedLog, name: string): Promise<void> {
  for (let index = 0; index < 8; index++) await put(log, `${name}-${index}`, 'x'.repeat(100))
}

function given(key: string, value: string | null): Given {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }
}

function textOf(record: LogRecord): string {
  return `${record.key}=${record.value}`
}

function stateOf(records: readonly LogRecord[]): Map<string, string> {
  const state = new Map<string, string>()
  for (const { key, value } of records) {
    if (value === null) state.delete(`${key}`)
    else state.set(`${key}`, `${value}`)
  }
  return state
}
