import fc from 'fast-check'
import { decodeBatches, noProducer, PackedRecords, recordsBuffer, setBaseOffset } from './index'

/** Records whose values are their offsets, in batches of these sizes. */
function batchesOf(sizes: readonly number[]): PackedRecords {
  let offset = 0
  const parts = sizes.map((size) => {
    const buffer = recordsBuffer()
    for (let index = 0; index < size; index++) buffer.append(null, Buffer.from(`${offset + index}`), 7, [])
    const [sealed] = buffer.seal(noProducer)
    setBaseOffset(sealed!.bytes, offset, 0)
    offset += size
    return decodeBatches(sealed!.bytes)[0]!.records
  })
  return PackedRecords.join(parts)
}

const valueAt = (records: PackedRecords, index: number) => records.at(index)?.value?.toString()

test('joined records are those of an array, in whatever order they are asked for', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 })
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: -30, max: 30 }), { maxLength: 20 }), (counts, asked) => {
      const records = batchesOf(counts)
      const values = Array.from({ length: counts.reduce((sum, count) => sum + count, 0) }, (_, index) => `${index}`)
      expect(records).toHaveLength(values.length)
      expect(asked.map((index) => valueAt(records, index))).toEqual(asked.map((index) => values.at(index)))
      expect(records.map(({ value }) => `${value}`)).toEqual(values)
      expect(records.filter(({ offset }) => offset % 2 === 0)).toEqual(
        [...records].filter((_, index) => index % 2 === 0),
      )
    }),
  )
})

test('the same record may be asked for again, and is made anew', () => {
  const records = batchesOf([2])
  expect(records.at(1)).toEqual(records.at(1))
  expect(records.at(1)).not.toBe(records.at(1))
})
