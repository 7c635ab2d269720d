import { systemClock } from '../clock'
import type { FetchedBatch, Log, LogReader, LogRecord } from '../log/port'
import { silentLogger } from '../logger'
import type { ManagedStore, RestoreRecords } from '../stores/managed'
import type { Task } from '../tasks/task'
import { restoreTask } from './restore'
import type { RestoreProgress } from './restore-progress'

const RECORDS = 3

const record = (store: string, offset: number): LogRecord => ({
  offset,
  timestamp: offset,
  key: Buffer.from(`${store}-${offset}`),
  value: Buffer.from('v'),
  headers: [],
})

/** The whole of a changelog in one batch. */
const batchOf = (topic: string): FetchedBatch => ({
  topic,
  partition: 0,
  records: Array.from({ length: RECORDS }, (_, offset) => record(topic, offset)),
  nextOffset: RECORDS,
  endOffset: RECORDS,
})

/** A reader that gives the batches it has been told to, and waits for more of them, or to be woken. */
function readerOf(...batches: FetchedBatch[]) {
  const events: string[] = []
  let wake: (() => void) | undefined
  const reader: LogReader = {
    assign: (positions) => void events.push(`from ${positions.map(({ topic, offset }) => `${topic}:${offset}`)}`),
    pause: () => undefined,
    resume: () => undefined,
    poll: async () => {
      const batch = batches.shift()
      if (batch !== undefined) return [batch]
      events.push('waits')
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      return batches.splice(0)
    },
    wakeup: () => wake?.(),
    close: async () => void events.push('closed'),
  }
  const arrive = (batch: FetchedBatch) => {
    batches.push(batch)
    wake?.()
  }
  return { events, reader, arrive }
}

type Restore = (records: RestoreRecords, nextOffset: number) => Promise<void>

/** A task with these stores, which know nothing yet, and what restores it from that reader. */
function restoring(stores: Readonly<Record<string, Restore>>, reader: LogReader) {
  const all = new Map(
    Object.entries(stores).map(([name, restore]) => [name, { name, latestCounts: true, restore } as ManagedStore]),
  )
  const changelogs = new Map(Object.keys(stores).map((name) => [name, name]))
  const offsets: Log['admin']['offsets'] = async (partitions, at) =>
    partitions.map((partition) => ({ ...partition, offset: at === 'earliest' ? 0 : RECORDS }))
  const stop = new AbortController()
  const told: RestoreProgress[] = []
  const done = restoreTask({
    log: { admin: { offsets }, reader: async () => reader } as unknown as Log,
    task: { id: '0_0', stores: { all, changelogs } } as unknown as Task,
    partition: 0,
    clock: systemClock,
    logger: silentLogger,
    readBytes: 1_000,
    bufferBytes: 1_000_000,
    signal: stop.signal,
    onProgress: (progress) => told.push(progress),
  })
  return { done, stop, told }
}

const soon = () => new Promise<void>((resolve) => setImmediate(resolve))

test('puts each store at the end of its changelog, and tells how far it is', async () => {
  const put: string[] = []
  const restore: Restore = async ({ length }, nextOffset) => void put.push(`${length} to ${nextOffset}`)
  const { events, reader } = readerOf(batchOf('counts'))
  const { done, told } = restoring({ counts: restore }, reader)
  await done
  expect(put).toEqual([`${RECORDS} to ${RECORDS}`])
  expect(events).toEqual(['from counts:0', 'closed'])
  expect(told.map(({ restored, total }) => `${restored}/${total}`)).toEqual([`0/${RECORDS}`, `${RECORDS}/${RECORDS}`])
})

test('reads on while a store that has been read to its end is written, and waits for all in the end', async () => {
  let written: () => void = () => undefined
  const slow: Restore = () => new Promise((resolve) => (written = resolve))
  const { events, reader, arrive } = readerOf(batchOf('slow'))
  const { done } = restoring({ slow, quick: async () => undefined }, reader)
  await soon()
  expect(events).toEqual(['from slow:0,quick:0', 'waits'])
  arrive(batchOf('quick'))
  await soon()
  expect(events).not.toContain('closed')
  written()
  await done
  expect(events).toContain('closed')
})

test('fails with what a store could not write', async () => {
  const full: Restore = () => Promise.reject(new Error('no space'))
  const { events, reader, arrive } = readerOf(batchOf('full'))
  const { done } = restoring({ full, other: async () => undefined }, reader)
  done.catch(() => undefined)
  await soon()
  arrive(batchOf('other'))
  await expect(done).rejects.toThrow('no space')
  expect(events).toContain('closed')
})

test('ends at once when its task is taken away, whatever it waits for', async () => {
  const { events, reader } = readerOf()
  const { done, stop } = restoring({ counts: async () => undefined }, reader)
  await soon()
  expect(events).toEqual(['from counts:0', 'waits'])
  stop.abort()
  await expect(done).rejects.toMatchObject({ code: 'CLOSED' })
  expect(events).toContain('closed')
})
