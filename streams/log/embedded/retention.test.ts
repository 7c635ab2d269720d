import { silentLogger } from '../../logger'
import { batch, send, someTime, valuesOf } from '../../testing/contracts/log/fixture'
import { manualClock } from '../../testing/manual-clock'
import { openCore } from './core'
import { type EmbeddedLog, logOf } from './embedded-log'
import { memoryStorage } from './memory-storage'

const partition = { topic: 'topic', partition: 0 }

test('segments older than retention.ms go, and who would read them is told', async () => {
  const { log, clock } = await open({ 'retention.ms': '1000' })
  for (let at = 0; at < 10; at++) await put(log, `${at}`, someTime + at * 100)
  clock.advance(1500)
  await log.maintain()
  const [start] = await log.admin.offsets([partition], 'earliest')
  expect(start?.offset).toBeGreaterThan(0)
  expect(start?.offset).toBeLessThan(6)

  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign([{ ...partition, offset: 0 }])
  await expect(reader.poll(0)).rejects.toMatchObject({
    code: 'OFFSET_OUT_OF_RANGE',
    details: { ...partition, offset: 0, startOffset: start?.offset, endOffset: 10 },
  })
})

test('when everything is old everything goes, and the offsets go on, over a restart too', async () => {
  const { log, clock, reopen } = await open({ 'retention.ms': '1000' })
  for (let at = 0; at < 5; at++) await put(log, `${at}`, someTime)
  clock.advance(5000)
  await log.maintain()
  for (const at of ['earliest', 'latest'] as const) {
    expect((await log.admin.offsets([partition], at))[0]?.offset).toBe(5)
  }
  const again = await reopen()
  expect(await put(again, 'next', someTime + 5000)).toBe(5)
})

test('what is written meanwhile stays', async () => {
  const { log, clock } = await open({ 'retention.ms': '1000' })
  await put(log, 'old', someTime)
  clock.advance(5000)
  await put(log, 'new', someTime + 5000)
  await log.maintain()
  expect(await remaining(log)).toContain('new')
})

test('retention.ms=-1 keeps for ever', async () => {
  const { log, clock } = await open({ 'retention.ms': '-1' })
  for (let at = 0; at < 10; at++) await put(log, `${at}`, someTime)
  clock.advance(10 * 365 * 86_400_000)
  await log.maintain()
  expect(await remaining(log)).toHaveLength(10)
})

test('retention.bytes keeps at least so much and not much more', async () => {
  const { log } = await open({ 'retention.ms': '-1', 'retention.bytes': '1000' })
  for (let at = 0; at < 50; at++) await put(log, `${at}`, someTime)
  await log.maintain()
  const values = await remaining(log)
  // A batch of one such record takes about 72 bytes.
  expect(values.length * 72).toBeGreaterThan(900)
  expect(values.length * 72).toBeLessThan(1600)
  expect(values.at(-1)).toBe('49')
})

test('a compacted topic forgets nothing by age', async () => {
  const { log, clock } = await open({ 'cleanup.policy': 'compact', 'retention.ms': '1000' })
  for (let at = 0; at < 10; at++) {
    await send(log, batch('topic', 0, [{ key: Buffer.from(`${at}`), value: Buffer.from('x') }]))
  }
  clock.advance(86_400_000_000)
  await log.maintain()
  expect(await remaining(log)).toHaveLength(10)
})

test('an open transaction holds on to what comes after it', async () => {
  const { log, clock } = await open({ 'retention.ms': '1000' })
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 86_400_000 })
  await producer.send([batch('topic', 0, ['open'])])
  for (let at = 0; at < 10; at++) await put(log, `${at}`, someTime)
  clock.advance(5000)
  await log.maintain()
  expect((await log.admin.offsets([partition], 'earliest'))[0]?.offset).toBe(0)
  await producer.abort()
  await log.maintain()
  expect(await remaining(log)).toEqual([])
})

test.each([
  ['retention.ms', 'soon'],
  ['retention.ms', '-2'],
  ['segment.bytes', '0'],
  ['cleanup.policy', 'shred'],
  ['max.message.bytes', ''],
])('%s=%s is refused by name', async (name, value) => {
  await expect(open({ [name]: value })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: { topic: 'topic', name },
  })
})

test.each(['', '.', '..', 'a/b', 'a b', 'x'.repeat(250)])('a topic cannot be called %j', async (name) => {
  const { log } = await open({})
  await expect(log.admin.createTopics([{ name, partitions: 1 }])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

async function open(config: Readonly<Record<string, string>>) {
  const storage = memoryStorage()
  const clock = manualClock(someTime)
  const openOn = () => logOf(openCore({ storage, clock, logger: silentLogger, newId: () => 'id' }))
  const log = openOn()
  await log.admin.createTopics([{ name: 'topic', partitions: 1, config: { 'segment.bytes': '200', ...config } }])
  async function reopen(): Promise<EmbeddedLog> {
    await log.close()
    return openOn()
  }
  return { log, clock, reopen }
}

async function put(log: EmbeddedLog, value: string, timestamp: number): Promise<number> {
  const [appended] = await send(log, batch('topic', 0, [{ value: Buffer.from(value), timestamp }]))
  return appended!.baseOffset
}

async function remaining(log: EmbeddedLog) {
  const reader = await log.reader({ isolation: 'read_committed' })
  reader.assign(await log.admin.offsets([partition], 'earliest'))
  const values: (string | undefined)[] = []
  for (let batches = await reader.poll(0); batches.length > 0; batches = await reader.poll(0)) {
    values.push(...batches.flatMap(valuesOf))
  }
  return values
}
