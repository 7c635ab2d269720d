import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Header, LogRecord } from '../port'
import type { ProducerStamp, SealedBatch } from './buffer'
import {
  compressionTypes,
  controlBatch,
  crc32c,
  decodeBatches,
  filterBatch,
  loadCompression,
  nextSequence,
  noProducer,
  PackedRecords,
  readHeader,
  recordsBuffer,
  setBaseOffset,
} from './index'

type Given = Omit<LogRecord, 'offset'>

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))
const nullable = (maxLength: number) => fc.option(bytes(maxLength), { nil: null })
const timestamp = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, Number.MAX_SAFE_INTEGER) },
)
const header = fc.record({ key: fc.string({ unit: 'binary', maxLength: 20 }), value: nullable(20) })
const record: fc.Arbitrary<Given> = fc.record({
  timestamp,
  key: nullable(40),
  value: nullable(300),
  headers: fc.array(header, { maxLength: 3 }),
})
const stamp: fc.Arbitrary<ProducerStamp> = fc.record({
  producerId: fc.maxSafeNat(),
  producerEpoch: fc.integer({ min: 0, max: 32767 }),
  baseSequence: fc.integer({ min: 0, max: 0x7fffffff }),
  transactional: fc.boolean(),
  compression: fc.constantFrom(...compressionTypes),
})

function encode(records: readonly Given[], options: Parameters<typeof recordsBuffer>[0] = {}) {
  const buffer = recordsBuffer(options)
  for (const { key, value, timestamp, headers } of records) buffer.append(key, value, timestamp, headers)
  return buffer
}

/** The batches one after the other, as a log stores them. */
function placed(batches: readonly SealedBatch[], baseOffset: number): Buffer {
  let offset = baseOffset
  for (const batch of batches) {
    setBaseOffset(batch.bytes, offset, 7)
    offset += batch.count
  }
  return Buffer.concat(batches.map((batch) => batch.bytes))
}

function withOffsets(records: readonly Given[], baseOffset: number): LogRecord[] {
  return records.map(({ timestamp, key, value, headers }, index) => ({
    offset: baseOffset + index,
    timestamp,
    key,
    value,
    headers,
  }))
}

beforeAll(async () => {
  for (const type of compressionTypes) await loadCompression(type)
})

test('what is encoded is decoded, over one batch or many, packed or not', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.oneof(fc.nat(1000), fc.integer({ min: 2 ** 40, max: 2 ** 52 })),
      stamp,
      (records, maxBatchBytes, baseOffset, stamped) => {
        const sealed = encode(records, { maxBatchBytes }).seal(stamped)
        const batches = decodeBatches(placed(sealed, baseOffset))
        expect(batches.flatMap((batch) => [...batch.records])).toEqual(withOffsets(records, baseOffset))

        let sequence = stamped.baseSequence
        let offset = baseOffset
        for (const [index, batch] of batches.entries()) {
          expect(batch).toMatchObject({
            baseOffset: offset,
            lastOffset: offset + sealed[index]!.count - 1,
            producerId: stamped.producerId,
            producerEpoch: stamped.producerEpoch,
            baseSequence: sequence,
            isTransactional: stamped.transactional,
            isControl: false,
            control: null,
            leaderEpoch: 7,
            maxTimestamp: Math.max(...batch.records.map((each) => each.timestamp)),
          })
          offset += sealed[index]!.count
          sequence = nextSequence(sequence, sealed[index]!.count)
        }
      },
    ),
  )
})

test('a batch stays within the limit unless a single record passes it, and none is split without need', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 3000 }),
      (records, maxBatchBytes) => {
        const buffer = encode(records, { maxBatchBytes })
        const sealed = buffer.seal(noProducer)
        for (const batch of sealed) expect(batch.bytes.length <= maxBatchBytes || batch.count === 1).toBe(true)
        expect(buffer.byteLength).toBe(sealed.reduce((sum, batch) => sum + batch.bytes.length, 0))
        expect(buffer.count).toBe(records.length)
      },
    ),
  )
  expect(encode(Array.from({ length: 100 }, () => plain('x'))).seal(noProducer)).toHaveLength(1)
})

test('a buffer sealed again carries only the second stamp', () => {
  const buffer = encode([plain('a'), plain('b')])
  buffer.seal({ producerId: 1, producerEpoch: 2, baseSequence: 3, transactional: true })
  const [batch] = decodeBatches(
    placed(buffer.seal({ producerId: 9, producerEpoch: 8, baseSequence: 7, transactional: false }), 0),
  )
  expect(batch).toMatchObject({ producerId: 9, producerEpoch: 8, baseSequence: 7, isTransactional: false })
  expect(batch?.records).toHaveLength(2)
})

test('records may be appended after a seal', () => {
  const buffer = encode([plain('a')])
  buffer.seal(noProducer)
  buffer.append(null, Buffer.from('b'), 5, [])
  expect(valuesOf(placed(buffer.seal(noProducer), 0))).toEqual(['a', 'b'])
})

test('an empty buffer seals to nothing', () => {
  expect(recordsBuffer().seal(noProducer)).toEqual([])
  expect(decodeBatches(Buffer.alloc(0))).toEqual([])
})

test('sequences wrap after 2^31 - 1 and stay -1 without a producer', () => {
  expect(nextSequence(0x7fffffff, 1)).toBe(0)
  expect(nextSequence(0x7ffffffe, 1)).toBe(0x7fffffff)
  expect(nextSequence(0x7ffffffe, 5)).toBe(3)
  expect(nextSequence(-1, 5)).toBe(-1)
})

test('a last batch that is cut short is left out', () => {
  const whole = placed(encode([plain('a'), plain('b'), plain('c')], { maxBatchBytes: 1 }).seal(noProducer), 0)
  const third = whole.length / 3
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length }), (length) => {
      expect(valuesOf(whole.subarray(0, length))).toEqual(['a', 'b', 'c'].slice(0, Math.floor(length / third)))
    }),
  )
})

test('reading from an offset leaves out what is before it', () => {
  const run = placed(
    encode(
      ['a', 'b', 'c', 'd', 'e'].map((value) => plain(value)),
      { maxBatchBytes: 80 },
    ).seal(noProducer),
    100,
  )
  expect(decodeBatches(run).length).toBeGreaterThan(1)
  for (let from = 98; from <= 105; from++) {
    const offsets = decodeBatches(run, { fromOffset: from }).flatMap((batch) =>
      batch.records.map((each) => each.offset),
    )
    expect(offsets).toEqual([100, 101, 102, 103, 104].filter((offset) => offset >= from))
  }
})

test('a batch that is not accepted is there without its records', () => {
  const aborted = placed(encode([plain('a')]).seal({ ...noProducer, producerId: 4, transactional: true }), 0)
  const kept = placed(encode([plain('b')]).seal({ ...noProducer, producerId: 5, transactional: true }), 1)
  const batches = decodeBatches(Buffer.concat([aborted, kept]), { accept: (batch) => batch.producerId !== 4 })
  expect(batches.map((batch) => [batch.producerId, batch.lastOffset, batch.records.length])).toEqual([
    [4, 0, 0],
    [5, 1, 1],
  ])
})

test('every flipped byte under the checksum is found, and named by the offset of its batch', () => {
  const run = placed(encode([plain('a')]).seal(noProducer), 41)
  fc.assert(
    fc.property(fc.integer({ min: 17, max: run.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const broken = Buffer.from(run)
      broken[at]! ^= flip
      expect(() => decodeBatches(broken)).toThrow(
        expect.objectContaining({ code: 'BATCH_CORRUPT', details: expect.objectContaining({ offset: 41 }) }),
      )
    }),
  )
})

test('keys and values are views of what was read', () => {
  const run = placed(encode([{ ...plain('abc'), key: Buffer.from('k') }]).seal(noProducer), 0)
  const [record] = decodeBatches(run)[0]!.records
  expect(record?.value?.buffer).toBe(run.buffer)
  expect(record?.key?.buffer).toBe(run.buffer)
})

test('an older message format is refused by name', () => {
  for (const magic of [0, 1]) {
    const run = placed(encode([plain('a')]).seal(noProducer), 0)
    run.writeInt8(magic, 16)
    expect(() => decodeBatches(run)).toThrow(new RegExp(`message format ${magic};`))
  }
})

test('a codec that is unknown is refused, in both directions', () => {
  const brotli = { ...noProducer, compression: 'brotli' as never }
  expect(() => encode([plain('a')]).seal(brotli)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  const run = rewritten(placed(encode([plain('a')]).seal(noProducer), 0), (batch) => batch.writeInt16BE(5, 21))
  expect(() => decodeBatches(run)).toThrow(/codec 5 is unknown/)
})

test('gzip data that does not unpack is corrupt', () => {
  const packed = encode([plain('a'.repeat(100))]).seal({ ...noProducer, compression: 'gzip' })
  const run = rewritten(placed(packed, 3), (batch) => batch.fill(0, 61))
  expect(() => decodeBatches(run)).toThrow(expect.objectContaining({ code: 'BATCH_CORRUPT', details: { offset: 3 } }))
})

test('gzip data that unpacks to gigabytes is not unpacked', () => {
  const bomb = Buffer.concat([Buffer.alloc(61), gzipSync(Buffer.alloc(300 * 1024 * 1024))])
  placed(encode([plain('a')]).seal(noProducer), 0).copy(bomb, 0, 0, 61)
  bomb.writeInt32BE(bomb.length - 12, 8)
  const run = rewritten(bomb, (batch) => batch.writeInt16BE(1, 21))
  expect(() => decodeBatches(run)).toThrow(expect.objectContaining({ code: 'BATCH_CORRUPT' }))
})

test('records that do not fit their batch are corrupt, whatever the lengths say', () => {
  const run = placed(encode([{ ...plain('abc'), headers: [{ key: 'h', value: null }] }]).seal(noProducer), 0)
  fc.assert(
    fc.property(fc.integer({ min: 61, max: run.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const broken = rewritten(Buffer.from(run), (batch) => batch.writeUInt8(byte, at))
      try {
        const [batch] = decodeBatches(broken)
        expect(batch?.records).toHaveLength(1)
      } catch (error) {
        expect(error).toMatchObject({ code: 'BATCH_CORRUPT' })
      }
    }),
  )
})

test('under log append time every record has the time of the batch', () => {
  const records = [plain('a', 1000), plain('b', 2000)]
  const run = rewritten(placed(encode(records).seal(noProducer), 0), (batch) => {
    batch.writeInt16BE(8, 21)
    batch.writeBigInt64BE(5000n, 35)
  })
  expect(decodeBatches(run)[0]?.records.map((each) => each.timestamp)).toEqual([5000, 5000])
})

test.each([
  [0, 'abort'],
  [1, 'commit'],
  [2, 'other'],
])('a control record of type %i is %s', (type, control) => {
  const key = Buffer.alloc(4)
  key.writeInt16BE(type, 2)
  const sealed = encode([{ ...plain(''), key }]).seal({ ...noProducer, producerId: 6, transactional: true })
  const run = rewritten(placed(sealed, 8), (batch) => batch.writeInt16BE(16 | 32, 21))
  expect(decodeBatches(run)).toEqual([
    expect.objectContaining({ isControl: true, control, records: new PackedRecords([]), producerId: 6, lastOffset: 8 }),
  ])
})

test.each(['abort', 'commit'] as const)('a marker to %s is read as one', (type) => {
  const marker = controlBatch({ type, producerId: 6, producerEpoch: 2, timestamp: 77 })
  setBaseOffset(marker, 8, 0)
  expect(decodeBatches(marker)).toEqual([
    expect.objectContaining({
      isControl: true,
      isTransactional: true,
      control: type,
      producerId: 6,
      producerEpoch: 2,
      baseOffset: 8,
      lastOffset: 8,
      maxTimestamp: 77,
    }),
  ])
})

test('a filtered batch keeps the chosen records, their offsets and its own last offset', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(record, fc.boolean()), { minLength: 1, maxLength: 20 }),
      stamp,
      (entries, stamped) => {
        const records = entries.map(([given]) => given)
        const run = placed(encode(records).seal(stamped), 100)
        const filtered = filterBatch(run, readHeader(run, 0)!, ({ offset }) => entries[offset - 100]![1])
        const expected = withOffsets(records, 100).filter((_, index) => entries[index]![1])
        if (expected.length === 0) {
          expect(filtered).toBeUndefined()
          return
        }
        const [batch] = decodeBatches(filtered!)
        expect(batch).toMatchObject({ lastOffset: 99 + records.length, isTransactional: false, ...idOf(stamped) })
        expect([...batch!.records]).toEqual(expected)
      },
    ),
  )
})

function idOf({ producerId, producerEpoch, baseSequence }: ProducerStamp) {
  return { producerId, producerEpoch, baseSequence }
}

function plain(value: string, timestamp = 1_700_000_000_000, headers: readonly Header[] = []): Given {
  return { key: null, value: Buffer.from(value), timestamp, headers }
}

function valuesOf(run: Buffer): (string | undefined)[] {
  return decodeBatches(run).flatMap((batch) => batch.records.map((each) => each.value?.toString()))
}

/** Changes a batch and gives it a checksum that matches. */
function rewritten(batch: Buffer, change: (batch: Buffer) => void): Buffer {
  change(batch)
  batch.writeUInt32BE(crc32c(batch, 21), 17)
  return batch
}
