import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { silentLogger } from '../../logger'
import { batch, noGroup, readAll, send, valuesOf } from '../../testing/contracts/log/fixture'
import type { TopicSpec } from '../port'
import { type EmbeddedLog, openEmbeddedLog } from './index'

const values = ['a', 'b', 'c', 'd', 'e']
const topic: TopicSpec = { name: 'topic', partitions: 1, config: { 'retention.ms': '-1' } }
let directory: string
let warnings: string[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-recovery-'))
  warnings = []
})
afterEach(() => rmSync(directory, { recursive: true }))

test('whatever a kill has cut off the end, the whole batches before it are there, and a line says so', async () => {
  const whole = await written(topic)
  const file = segments()[0]!
  const bytes = readFileSync(file)
  expect(bytes.length % values.length).toBe(0)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes.length }), async (length) => {
      writeFileSync(file, bytes.subarray(0, length))
      warnings = []
      const batches = Math.floor((length * values.length) / bytes.length)
      await using(async (log) => {
        expect(await valuesIn(log)).toEqual(whole.slice(0, batches))
        const [appended] = await send(log, batch('topic', 0, ['next']))
        expect(appended?.baseOffset).toBe(batches)
        expect(await valuesIn(log)).toEqual([...whole.slice(0, batches), 'next'])
      })
      const isCut = (length * values.length) % bytes.length !== 0
      expect(warnings).toEqual(isCut ? [expect.stringContaining(file)] : [])
    }),
    { numRuns: 40 },
  )
})

test('a last batch that is broken is cut off', async () => {
  await written(topic)
  flip(segments()[0]!, -1)
  await using(async (log) => expect(await valuesIn(log)).toEqual(values.slice(0, -1)))
  expect(warnings).toHaveLength(1)
})

test('a batch that is broken before the last is no crash: the log says where and does not open', async () => {
  await written(topic)
  const file = segments()[0]!
  const bytes = readFileSync(file)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - bytes.length / values.length - 1 }), async (at) => {
      // The leader's epoch is under no checksum, and nobody reads it.
      fc.pre(![12, 13, 14, 15].includes(at % (bytes.length / values.length)))
      writeFileSync(file, bytes)
      flip(file, at)
      const position = Math.floor((at * values.length) / bytes.length)
      await expect(opened()).rejects.toMatchObject({
        code: 'LOG_CORRUPT',
        details: { file, offset: position, position: (position * bytes.length) / values.length },
      })
    }),
    { numRuns: 60 },
  )
  writeFileSync(file, bytes)
  await using(async (log) => expect(await valuesIn(log)).toEqual(values))
})

test('a closed segment that ends too early is no crash either', async () => {
  await written({ ...topic, config: { ...topic.config, 'segment.bytes': '100' } })
  expect(segments().length).toBeGreaterThan(2)
  const file = segments()[1]!
  writeFileSync(file, readFileSync(file).subarray(0, -1))
  await expect(opened()).rejects.toMatchObject({ code: 'LOG_CORRUPT', details: { file, offset: 1 } })
})

test('decisions cut short are dropped, broken ones before the end are named', async () => {
  await using(async (log) => {
    for (const offset of [1, 2, 3]) await log.admin.setOffsets('group', [{ topic: 'topic', partition: 0, offset }])
  })
  const file = join(directory, 'journal')
  const bytes = readFileSync(file)
  const committed = async (log: EmbeddedLog) =>
    (await log.admin.committedOffsets('group', [{ topic: 'topic', partition: 0 }]))[0]?.offset

  writeFileSync(file, bytes.subarray(0, -1))
  await using(async (log) => expect(await committed(log)).toBe(2))
  expect(warnings).toHaveLength(1)

  writeFileSync(file, bytes)
  flip(file, 20)
  await expect(opened()).rejects.toMatchObject({
    code: 'LOG_CORRUPT',
    details: { file, position: 0 },
  })
})

test('the journal stays small however much is committed, and keeps the last word', async () => {
  await using(async (log) => {
    await log.admin.createTopics([topic])
    const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 60_000 })
    for (let offset = 1; offset <= 10_000; offset++) {
      await producer.commit([{ topic: 'topic', partition: 0, offset }], { ...noGroup, groupId: 'group' })
    }
    expect(readFileSync(join(directory, 'journal')).length).toBeLessThan(1_200_000)
  })
  await using(async (log) => {
    expect(await log.admin.committedOffsets('group', [{ topic: 'topic', partition: 0 }])).toEqual([
      { topic: 'topic', partition: 0, offset: 10_000 },
    ])
  })
})

test('what is left of a topic that was being deleted goes at the next start', async () => {
  await written(topic)
  rmSync(join(directory, 'topics/topic/topic.json'))
  await using(async (log) => expect(await log.admin.listTopics()).toEqual([]))
  expect(readdirSync(join(directory, 'topics'))).toEqual([])
})

/** For what should not open: closed again where it does. */
async function opened(): Promise<void> {
  await using(async () => {})
}

async function using(work: (log: EmbeddedLog) => Promise<void>): Promise<void> {
  const warn = (_fields: object, message: string) => void warnings.push(message)
  const log = await openEmbeddedLog(directory, { logger: { ...silentLogger, warn } })
  try {
    await work(log)
  } finally {
    await log.close()
  }
}

/** A batch for each value, all of one size. */
async function written(spec: TopicSpec): Promise<string[]> {
  await using(async (log) => {
    await log.admin.createTopics([spec])
    for (const value of values) await send(log, batch('topic', 0, [value]))
  })
  return values
}

async function valuesIn(log: EmbeddedLog) {
  return valuesOf({ records: await readAll(log, { topic: 'topic', partition: 0 }) })
}

function segments(): string[] {
  const folder = join(directory, 'topics/topic/0')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => join(folder, name))
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  const index = at < 0 ? bytes.length + at : at
  bytes[index]! ^= 0x55
  writeFileSync(file, bytes)
}
