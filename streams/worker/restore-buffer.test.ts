import type { ManagedStore, RestoreRecord, RestoreRecords } from '../stores/managed'
import { restoreAtOnce, restoreBuffer } from './restore-buffer'

const record = (key: string, value: string | null, timestamp = 0): RestoreRecord => ({
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  timestamp,
})
const told = ({ key, value }: RestoreRecord) => `${key}=${value}`

function storeThatListens(latestCounts: boolean) {
  const restored: { readonly records: readonly string[]; readonly nextOffset: number }[] = []
  const restore = async (records: RestoreRecords, nextOffset: number) => {
    restored.push({ records: Array.from(records, told), nextOffset })
  }
  return { restored, store: { latestCounts, restore } as unknown as ManagedStore }
}

test('only the last record of each key reaches the store, a deletion too', async () => {
  const { restored, store } = storeThatListens(true)
  const buffer = restoreBuffer(store, 10_000)
  await buffer.add([record('a', '1'), record('b', '1'), record('a', '2')], 3)
  await buffer.add([record('b', null), record('c', '1')], 5)
  expect(restored).toEqual([])
  await buffer.flush()
  expect(restored).toEqual([{ records: ['a=2', 'b=null', 'c=1'], nextOffset: 5 }])
})

test('goes to the store before it grows too large, with the offset reached by then', async () => {
  const { restored, store } = storeThatListens(true)
  const [one, two] = ['1'.repeat(600), '2'.repeat(600)]
  const buffer = restoreBuffer(store, 1_000)
  await buffer.add([record('a', one)], 1)
  await buffer.add([record('b', one)], 2)
  await buffer.add([record('a', two)], 3)
  await buffer.flush()
  expect(restored).toEqual([
    { records: [`a=${one}`, `b=${one}`], nextOffset: 2 },
    { records: [`a=${two}`], nextOffset: 3 },
  ])
})

test('takes records in while the store writes, which gets one batch after the other', async () => {
  const begun: number[] = []
  const done: (() => void)[] = []
  const restore = (_: RestoreRecords, nextOffset: number) => {
    begun.push(nextOffset)
    return new Promise<void>((resolve) => done.push(resolve))
  }
  for (const latestCounts of [true, false]) {
    const buffer = restoreBuffer({ latestCounts, restore } as unknown as ManagedStore, 1)
    await buffer.add([record('a', '1')], 1)
    const second = buffer.add([record('a', '2')], 2)
    await new Promise(setImmediate)
    expect(begun).toEqual([1])
    done[0]!()
    await second
    const flushed = buffer.flush()
    expect(begun).toEqual([1, 2])
    done[1]!()
    await flushed
    begun.length = done.length = 0
  }
})

test('what has been flushed on the way is not put in again', async () => {
  const { restored, store } = storeThatListens(true)
  const buffer = restoreBuffer(store, 10_000)
  await buffer.add([record('a', '1')], 1)
  await buffer.flush()
  await buffer.flush()
  await buffer.add([record('b', '1')], 2)
  await buffer.flush()
  expect(restored).toEqual([
    { records: ['a=1'], nextOffset: 1 },
    { records: ['b=1'], nextOffset: 2 },
  ])
})

test('what it keeps does not change with the memory it was read into', async () => {
  const { restored, store } = storeThatListens(true)
  const memory = Buffer.from('k1')
  const buffer = restoreBuffer(store, 10_000)
  await buffer.add([{ key: memory.subarray(0, 1), value: memory.subarray(1), timestamp: 0 }], 1)
  memory.fill('x')
  await buffer.flush()
  expect(restored).toEqual([{ records: ['k=1'], nextOffset: 1 }])
})

test('passes every record on where each counts, and an end without records too', async () => {
  const { restored, store } = storeThatListens(false)
  const buffer = restoreBuffer(store, 10_000)
  await buffer.add([record('a', '1'), record('a', '2')], 2)
  await buffer.flush()
  expect(restored).toEqual([{ records: ['a=1', 'a=2'], nextOffset: 2 }])

  const other = storeThatListens(true)
  const empty = restoreBuffer(other.store, 10_000)
  await empty.add([], 7)
  await empty.flush()
  expect(other.restored).toEqual([{ records: [], nextOffset: 7 }])
})

test('says what the store could not take', async () => {
  const store = { latestCounts: true, restore: () => Promise.reject(new Error('full')) } as unknown as ManagedStore
  const buffer = restoreBuffer(store, 1)
  await buffer.add([record('a', '1')], 1)
  await expect(buffer.flush()).rejects.toThrow('full')
})

test('what is put in at once is the last record of each key too, where only that counts', async () => {
  const records = [record('a', '1'), record('b', '1'), record('a', '2')]
  const [latest, all] = [storeThatListens(true), storeThatListens(false)]
  await restoreAtOnce(latest.store, records, 3)
  await restoreAtOnce(all.store, records, 3)
  expect(latest.restored.map((batch) => [...batch.records].sort())).toEqual([['a=2', 'b=1']])
  expect(all.restored).toEqual([{ records: ['a=1', 'b=1', 'a=2'], nextOffset: 3 }])
})
