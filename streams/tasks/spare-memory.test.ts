import fc from 'fast-check'
import { noProducer, recordsBuffer } from '../log/records'
import { batchedOutput } from './output'
import { spareMemory } from './spare-memory'

test('what has been given is taken again: the least that is large enough', () => {
  const memory = spareMemory()
  const [small, large] = [Buffer.alloc(100), Buffer.alloc(300)]
  memory.give(large)
  memory.give(small)
  expect(memory.take(90)).toBe(small)
  expect(memory.take(90)).toBe(large)
  expect(memory.take(90)).toHaveLength(90)
})

test('what is larger by far is left for those who need it, and no more is kept than asked for', () => {
  const memory = spareMemory(1_000)
  const large = Buffer.alloc(900)
  memory.give(large)
  memory.give(Buffer.alloc(101))
  expect(memory.take(100)).toHaveLength(100)
  expect(memory.take(800)).toBe(large)
})

const record = fc.record({ partition: fc.nat(1), value: fc.uint8Array({ maxLength: 3_000 }) })
const commits = fc.array(fc.record({ records: fc.array(record, { maxLength: 20 }), released: fc.boolean() }))

test('batches are the same whatever memory they were made in', () => {
  fc.assert(
    fc.property(commits, (all) => {
      const output = batchedOutput({ maxBatchBytes: 5_000 })
      for (const { records, released } of all) {
        const expected = [recordsBuffer({ maxBatchBytes: 5_000 }), recordsBuffer({ maxBatchBytes: 5_000 })]
        for (const { partition, value } of records) {
          const bytes = Buffer.from(value)
          output.append('topic', partition, { key: null, value: bytes, timestamp: 7, headers: [] })
          expected[partition]!.append(null, bytes, 7, [])
        }
        for (const batch of output.drain()) {
          const sealed = batch.records.seal(noProducer).map(({ bytes }) => bytes.toString('hex'))
          expect(sealed).toEqual(expected[batch.partition]!.seal(noProducer).map(({ bytes }) => bytes.toString('hex')))
          if (released) batch.records.release()
        }
      }
    }),
  )
})
