/** Stops the log at every single write, midway through it too, and looks at what the next start makes of what is there. */

import { silentLogger } from '../../logger'
import { batch, noGroup, readAll, valuesOf } from '../../testing/contracts/log/fixture'
import { manualClock } from '../../testing/manual-clock'
import type { Log } from '../port'
import { openCore } from './core'
import { type EmbeddedLog, logOf } from './embedded-log'
import { memoryStorage } from './memory-storage'
import type { Storage, StorageFile } from './storage'

const partitions = [0, 1, 2]
const group = { ...noGroup, groupId: 'group' }

/** What was acknowledged before the crash. */
interface Acknowledged {
  readonly transactions: string[]
  readonly plain: string[]
  readonly latest: Map<string, string>
  offset: number
}

test.each([0, 0.5, 1])(
  'a crash at any write, %d of which reached the file, leaves whole transactions',
  async (part) => {
    let isFinished = false
    for (let writes = 0; !isFinished; writes++) {
      const storage = memoryStorage()
      const acknowledged: Acknowledged = { transactions: [], plain: [], latest: new Map(), offset: 0 }
      const until = crashing(storage, writes, part)
      try {
        await work(() => openOn(until), acknowledged)
        isFinished = true
      } catch (error) {
        if (!`${error}`.includes('crash')) throw error
      }
      const log = openOn(storage)
      if ((await log.admin.describeTopics(['topic', 'latest'])).size === 2) await expectWhole(log, acknowledged)
      else expect(acknowledged.offset).toBe(0)
      await expectUsable(log)
      await log.close()
      if (isFinished) expect(writes).toBeGreaterThan(80)
    }
  },
  60_000,
)

/** All that the log writes: topics, transactions, aborts, plain records, segments, compaction, its own journal. */
async function work(open: () => EmbeddedLog, acknowledged: Acknowledged): Promise<void> {
  let log = open()
  await log.admin.createTopics([
    { name: 'topic', partitions: partitions.length, config: { 'segment.bytes': '700' } },
    { name: 'latest', partitions: 1, config: { 'cleanup.policy': 'compact', 'segment.bytes': '400' } },
  ])
  let number = 0
  for (let opening = 0; opening < 2; opening++) {
    const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 60_000 })
    const plain = await log.producer({ clientId: 'plain' })
    for (let round = 0; round < 4; round++) {
      await producer.send([batch('topic', 2, ['aborted'])])
      await producer.abort()
      number++
      for (const partition of partitions) await producer.send([batch('topic', partition, [`t${number}`, `t${number}`])])
      await producer.commit([{ topic: 'topic', partition: 0, offset: number }], group)
      acknowledged.transactions.push(`t${number}`)
      acknowledged.offset = number
      await plain.send([batch('topic', 1, [`p${number}`])])
      acknowledged.plain.push(`p${number}`)
      const key = `${number % 2}`
      await plain.send([batch('latest', 0, [{ key: Buffer.from(key), value: Buffer.from(`v${number}`) }])])
      acknowledged.latest.set(key, `v${number}`)
      await log.maintain()
    }
    await producer.send([batch('topic', 0, ['open'])])
    await log.close()
    log = open()
  }
  await log.close()
}

async function expectWhole(log: Log, acknowledged: Acknowledged): Promise<void> {
  const values = await Promise.all(partitions.map((partition) => valuesIn(log, partition)))
  const [first, second, third] = values.map((each) => each.filter((value) => value?.startsWith('t')))
  expect(second).toEqual(first)
  expect(third).toEqual(first)
  const transactions = first!.filter((_, index) => index % 2 === 0)
  expect(first).toEqual(transactions.flatMap((value) => [value, value]))
  expect(transactions).toEqual(transactions.map((_, index) => `t${index + 1}`))
  expect(transactions.slice(0, acknowledged.transactions.length)).toEqual(acknowledged.transactions)
  expect(transactions.length).toBeLessThanOrEqual(acknowledged.transactions.length + 1)

  const [committed] = await log.admin.committedOffsets('group', [{ topic: 'topic', partition: 0 }])
  expect(committed?.offset ?? 0).toBe(transactions.length)
  expect(values[1]).toEqual(expect.arrayContaining(acknowledged.plain))
  expect(values.flat()).not.toContain('aborted')
  expect(values.flat()).not.toContain('open')

  const latest = new Map(
    (await readAll(log, { topic: 'latest', partition: 0 })).map(({ key, value }) => [`${key}`, `${value}`]),
  )
  for (const [key, value] of acknowledged.latest) {
    expect(Number(latest.get(key)?.slice(1))).toBeGreaterThanOrEqual(Number(value.slice(1)))
  }
}

/** The log goes on, and what the crash left open does not come to light with it. */
async function expectUsable(log: Log): Promise<void> {
  await log.admin.createTopics([{ name: 'topic', partitions: partitions.length }])
  const before = await Promise.all(partitions.map((partition) => valuesIn(log, partition)))
  const producer = await log.transactionalProducer({ transactionalId: 'id', timeoutMs: 60_000 })
  await producer.send(partitions.map((partition) => batch('topic', partition, ['after'])))
  await producer.commit([], noGroup)
  const after = await Promise.all(partitions.map((partition) => valuesIn(log, partition)))
  expect(after).toEqual(before.map((values) => [...values, 'after']))
}

async function valuesIn(log: Log, partition: number) {
  return valuesOf({ records: await readAll(log, { topic: 'topic', partition }) })
}

function openOn(storage: Storage): EmbeddedLog {
  let ids = 0
  const options = { storage, clock: manualClock(1_700_000_000_000), logger: silentLogger, newId: () => `${ids++}` }
  return logOf(openCore(options))
}

/** A storage that takes so many writes, then a part of one, and from then on nothing. */
function crashing(storage: Storage, writes: number, part: number): Storage {
  let left = writes
  function write(work: () => void, partly: () => void): void {
    left--
    if (left >= 0) work()
    else {
      if (left === -1) partly()
      throw new Error('crash')
    }
  }
  const whole = (work: () => void) => write(work, part === 1 ? work : () => {})
  const crashingFile = (file: StorageFile): StorageFile => ({
    path: file.path,
    get size() {
      return file.size
    },
    read: file.read,
    truncate: (size) => whole(() => file.truncate(size)),
    append: (chunks) => {
      const bytes = Buffer.concat(chunks)
      write(
        () => file.append(chunks),
        () => file.append([bytes.subarray(0, Math.floor(bytes.length * part))]),
      )
    },
  })
  return {
    ...storage,
    file: (path) => crashingFile(storage.file(path)),
    replace: (path, bytes) => whole(() => storage.replace(path, bytes)),
    rename: (from, to) => whole(() => storage.rename(from, to)),
    remove: (path) => whole(() => storage.remove(path)),
  }
}
