import fc from 'fast-check'
import type { RestoreRecord } from '../stores/managed'
import { latestRecords } from './latest-records'

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array))
const record = fc.record<RestoreRecord>({
  key: fc.option(bytes(2), { freq: 20 }),
  value: fc.option(bytes(40), { freq: 4 }),
  timestamp: fc.maxSafeInteger(),
})

const idOf = ({ key }: RestoreRecord) => key!.toString('hex')
const inOrder = (records: Iterable<RestoreRecord>) => [...records].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1))

function lastOfEach(records: readonly RestoreRecord[]): readonly RestoreRecord[] {
  return [...new Map(records.filter(({ key }) => key !== null).map((one) => [idOf(one), one])).values()]
}

test('holds the last record of each key, however they come in', () => {
  fc.assert(
    fc.property(fc.array(fc.array(record)), (runs) => {
      const latest = latestRecords()
      for (const run of runs) latest.add(run)
      expect(inOrder(latest.records())).toEqual(inOrder(lastOfEach(runs.flat())))
    }),
  )
})

test('is empty once it has been cleared, and can be used again', () => {
  fc.assert(
    fc.property(fc.array(record), fc.array(record), (before, after) => {
      const latest = latestRecords()
      latest.add(before)
      latest.clear()
      expect(latest.bytes).toBe(0)
      expect([...latest.records()]).toEqual([])
      latest.add(after)
      expect(inOrder(latest.records())).toEqual(inOrder(lastOfEach(after)))
    }),
  )
})

const numbered = (count: number, round: number): RestoreRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    key: Buffer.from(`key-${index}`),
    value: Buffer.from(`value ${round} of ${index}`),
    timestamp: round,
  }))

test('grows with the keys it holds', () => {
  const latest = latestRecords()
  for (const round of [1, 2, 3]) latest.add(numbered(20_000, round))
  const held = latest.records()
  expect(held).toHaveLength(20_000)
  expect(inOrder(held)).toEqual(inOrder(numbered(20_000, 3)))
})

test('what replaces a value that is as long takes no more memory', () => {
  const latest = latestRecords()
  latest.add(numbered(100, 1))
  const { bytes: before } = latest
  for (let round = 2; round < 10; round++) latest.add(numbered(100, round))
  expect(latest.bytes).toBe(before)
})
