import fc from 'fast-check'
import { headerBytes, recordsBuffer, setBaseOffset } from '../records'
import { decodeChunks, nextFetchOffset } from './fetched'
import type { AbortedTransaction } from './protocol/fetch'

const partition = { topic: 't', partition: 0 }

/** One partition as a broker would hold it after these steps of several producers. */
type Step = { readonly producerId: number; readonly does: 'send' | 'plain' | 'abort' | 'commit' }

function play(steps: readonly Step[]) {
  const bytes: Buffer[] = []
  const open = new Map<number, { readonly first: number; readonly values: string[] }>()
  const aborted: (AbortedTransaction & { readonly end: number })[] = []
  const fates = new Map<string, 'committed' | 'aborted' | 'open'>()
  let offset = 0
  const append = (producerId: number, value: string, marker?: 'abort' | 'commit', transactional = true) => {
    const records = recordsBuffer()
    if (marker === undefined) records.append(null, Buffer.from(value), 1, [])
    else records.append(Buffer.from([0, 0, 0, marker === 'commit' ? 1 : 0]), Buffer.alloc(6), 1, [])
    const [sealed] = records.seal({ producerId, producerEpoch: 0, baseSequence: 0, transactional })
    const batch = Buffer.from(sealed!.bytes)
    setBaseOffset(batch, offset, 0)
    bytes.push(marker === undefined ? batch : asControl(batch))
    offset += 1
  }
  for (const { producerId, does } of steps) {
    const transaction = open.get(producerId)
    const value = `${producerId}@${offset}`
    if (does === 'send') {
      if (transaction === undefined) open.set(producerId, { first: offset, values: [value] })
      else transaction.values.push(value)
      append(producerId, value)
    } else if (does === 'plain') {
      fates.set(value, 'committed')
      append(producerId + 100, value, undefined, false)
    } else if (transaction !== undefined) {
      for (const sent of transaction.values) fates.set(sent, does === 'commit' ? 'committed' : 'aborted')
      if (does === 'abort') aborted.push({ producerId, firstOffset: transaction.first, end: offset })
      append(producerId, '', does)
      open.delete(producerId)
    }
  }
  // A reader of committed data is given nothing from the first open transaction on.
  const stable = Math.min(offset, ...Array.from(open.values(), ({ first }) => first))
  return { batches: bytes.slice(0, stable), stable, aborted, fates }
}

function asControl(batch: Buffer): Buffer {
  const { crc32c } = jest.requireActual<typeof import('../records')>('../records')
  batch.writeInt16BE(batch.readInt16BE(21) | 32, 21)
  batch.writeUInt32BE(crc32c(batch, 21), 17)
  expect(batch.length).toBeGreaterThan(headerBytes)
  return batch
}

const steps = fc.array(
  fc.record({
    producerId: fc.nat({ max: 3 }),
    does: fc.constantFrom('send' as const, 'send' as const, 'plain' as const, 'abort' as const, 'commit' as const),
  }),
  { maxLength: 40 },
)

test('of any mix of transactions a reader of committed data sees what was committed, wherever it begins and stops', () => {
  fc.assert(
    fc.property(steps, fc.nat(), fc.nat(), (mix, start, stop) => {
      const { batches, stable, aborted, fates } = play(mix)
      fc.pre(stable > 0)
      const from = start % stable
      const to = from + (stop % (stable - from)) + 1
      const bytes = Buffer.concat(batches.slice(from, to))
      // As the broker does: the aborted transactions that overlap what it sends.
      const overlapping = aborted.filter(({ firstOffset, end }) => firstOffset < to && end >= from)
      const nextOffset = nextFetchOffset(bytes, from)
      const chunk = { bytes, nextOffset, endOffset: stable, aborted: overlapping }
      const read = decodeChunks(partition, [chunk], from)
      const seen = read.records.map(({ value }) => value!.toString())
      const expected = Array.from(fates)
        .filter(([value, fate]) => fate === 'committed' && offsetOf(value) >= from && offsetOf(value) < to)
        .map(([value]) => value)
      expect([...seen].sort()).toEqual(expected.sort())
      expect(read).toMatchObject({ nextOffset: to, endOffset: stable })
    }),
  )
})

const offsetOf = (value: string) => Number(value.split('@')[1])

test('a reader of uncommitted data sees all but the markers', () => {
  const { batches } = play([
    { producerId: 1, does: 'send' },
    { producerId: 1, does: 'abort' },
    { producerId: 2, does: 'send' },
    { producerId: 2, does: 'commit' },
  ])
  const bytes = Buffer.concat(batches)
  const read = decodeChunks(partition, [{ bytes, nextOffset: 4, endOffset: 4, aborted: undefined }], 0)
  expect(read.records.map(({ value }) => value?.toString())).toEqual(['1@0', '2@2'])
})
