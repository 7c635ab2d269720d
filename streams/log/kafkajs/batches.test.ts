import fc from 'fast-check'
import { decodeBatches, recordsBuffer } from '../records'
import { type SequencedBatch, seal, split } from './batches'

const stamp = { producerId: 7, producerEpoch: 2, transactional: true }

function sealed(count: number, compression: 'none' | 'gzip', baseSequence: number): SequencedBatch[] {
  const records = recordsBuffer()
  for (let index = 0; index < count; index++) {
    records.append(Buffer.from(`k${index}`), Buffer.from(`v${index}`), 1_000 + index, [{ key: 'h', value: null }])
  }
  return seal(records, { ...stamp, baseSequence, compression })
}

const decode = (batches: readonly SequencedBatch[]) => batches.flatMap(({ bytes }) => decodeBatches(bytes))

const contentOf = (batches: readonly SequencedBatch[]) =>
  decode(batches).flatMap(({ records }) => records.map(({ offset: _, ...record }) => record))

test('the halves of a batch hold its records in order and its place in the sequence, also where that wraps', () => {
  const counts = fc.integer({ min: 2, max: 60 })
  const sequences = fc.oneof(fc.nat(), fc.integer({ min: 2 ** 31 - 60, max: 2 ** 31 - 1 }))
  fc.assert(
    fc.property(
      counts,
      sequences,
      fc.constantFrom('none' as const, 'gzip' as const),
      (count, sequence, compression) => {
        const [whole] = sealed(count, compression, sequence)
        const halves = split(whole!, { ...stamp, compression })!
        expect(halves).toHaveLength(2)
        expect(contentOf(halves)).toEqual(contentOf([whole!]))
        const [first, second] = halves as [SequencedBatch, SequencedBatch]
        expect(first.sequence).toBe(sequence)
        expect(second.sequence).toBe((sequence + first.count) % 2 ** 31)
        expect(decode(halves).map(({ baseSequence }) => baseSequence)).toEqual([first.sequence, second.sequence])
        for (const batch of decode(halves)) {
          expect(batch).toMatchObject({ producerId: 7, producerEpoch: 2, isTransactional: true, compression })
        }
      },
    ),
  )
})

test('a single record cannot be halved', () => {
  const [whole] = sealed(1, 'none', 0)
  expect(split(whole!, stamp)).toBeUndefined()
})
