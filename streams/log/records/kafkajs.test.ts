/** The same bytes mean the same to kafkajs, an implementation that is not ours. */
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { partitionFor } from '../partitioner'
import type { LogRecord } from '../port'
import type { CompressionType } from './buffer'
import { compress, decompress } from './compression'
import {
  compressionTypes,
  decodeBatches,
  loadCompression,
  murmur2,
  noProducer,
  recordsBuffer,
  setBaseOffset,
} from './index'

interface Entry {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: number
  readonly headers: Record<string, Buffer>
}
interface KafkaJsRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: string
  readonly offset: string
  readonly headers: Record<string, Buffer | Buffer[]>
}
interface KafkaJsBatch {
  readonly firstOffset: string
  readonly producerId: string
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly inTransaction: boolean
  readonly records: readonly KafkaJsRecord[]
}

const kafkajs = createRequire(require.resolve('kafkajs'))
const Decoder = kafkajs('./src/protocol/decoder') as new (bytes: Buffer) => unknown
const decodeWithKafkaJs = kafkajs('./src/protocol/recordBatch/v0/decoder') as (
  decoder: unknown,
) => Promise<KafkaJsBatch>
const { RecordBatch } = kafkajs('./src/protocol/recordBatch/v0') as {
  RecordBatch(options: object): Promise<{ readonly buffer: Buffer }>
}
const KafkaJsRecordEncoder = kafkajs('./src/protocol/recordBatch/record/v0') as (record: object) => unknown
const { Codecs } = kafkajs('./src/protocol/message/compression') as { readonly Codecs: Record<number, () => object> }
const kafkaJsMurmur2 = kafkajs('./src/producer/partitioners/default/murmur2') as (key: Buffer) => number

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array))
const entry: fc.Arbitrary<Entry> = fc.record({
  key: fc.option(bytes(30), { nil: null }),
  value: fc.option(bytes(300), { nil: null }),
  timestamp: fc.integer({ min: 0, max: 2 ** 45 }),
  // kafkajs writes no null header value, and takes a name such as `toString` for one its header object already has.
  headers: fc.dictionary(
    fc.string({ maxLength: 10 }).map((name) => `-${name}`),
    bytes(20),
    { maxKeys: 3, noNullPrototype: true },
  ),
})
const entries = fc.array(entry, { minLength: 1, maxLength: 30 })
const compression = fc.constantFrom(...compressionTypes)

beforeAll(async () => {
  for (const [number, type] of compressionTypes.entries()) {
    await loadCompression(type)
    // kafkajs brings gzip only; for the others it takes codecs, and frames their bytes.
    if (number > 1) Codecs[number] = () => codecFor(type)
  }
})

const codecFor = (type: CompressionType) => ({
  compress: async (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer, type),
  decompress: async (buffer: Buffer) => decompress(buffer, type, 0),
})

test('kafkajs decodes what we encode', async () => {
  await fc.assert(
    fc.asyncProperty(entries, compression, fc.nat(2 ** 31), async (given, codec, baseOffset) => {
      const buffer = recordsBuffer()
      for (const each of given) buffer.append(each.key, each.value, each.timestamp, headerList(each))
      const [sealed] = buffer.seal({
        producerId: 2 ** 40,
        producerEpoch: 3,
        baseSequence: 17,
        transactional: true,
        compression: codec,
      })
      setBaseOffset(sealed!.bytes, baseOffset, 0)

      const batch = await decodeWithKafkaJs(new Decoder(sealed!.bytes))
      expect(batch).toMatchObject({
        firstOffset: String(baseOffset),
        producerId: String(2 ** 40),
        producerEpoch: 3,
        firstSequence: 17,
        inTransaction: true,
      })
      expect(
        batch.records.map(({ key, value, timestamp, offset, headers }) => ({ key, value, timestamp, offset, headers })),
      ).toEqual(
        given.map((each, index) => ({
          ...each,
          timestamp: String(each.timestamp),
          offset: String(baseOffset + index),
        })),
      )
    }),
  )
})

test('we decode what kafkajs encodes', async () => {
  await fc.assert(
    fc.asyncProperty(entries, compression, fc.nat(2 ** 31), async (given, codec, baseOffset) => {
      const firstTimestamp = given[0]!.timestamp
      const maxTimestamp = Math.max(...given.map((each) => each.timestamp))
      const { buffer } = await RecordBatch({
        compression: compressionTypes.indexOf(codec),
        firstTimestamp,
        maxTimestamp,
        producerId: 77,
        producerEpoch: 5,
        firstSequence: 11,
        transactional: true,
        lastOffsetDelta: given.length - 1,
        records: given.map((each, index) =>
          KafkaJsRecordEncoder({ ...each, offsetDelta: index, timestampDelta: each.timestamp - firstTimestamp }),
        ),
      })
      setBaseOffset(buffer, baseOffset, 0)
      const [batch] = decodeBatches(buffer)
      expect(batch).toMatchObject({
        producerId: 77,
        producerEpoch: 5,
        baseSequence: 11,
        isTransactional: true,
        maxTimestamp,
      })
      expect([...batch!.records]).toEqual(
        given.map(
          (each, index): LogRecord => ({
            key: each.key,
            value: each.value,
            timestamp: each.timestamp,
            offset: baseOffset + index,
            headers: headerList(each),
          }),
        ),
      )
    }),
  )
})

test('a repeated header name is an array to kafkajs', async () => {
  const buffer = recordsBuffer()
  const headers = ['1', '2'].map((value) => ({ key: 'h', value: Buffer.from(value) }))
  buffer.append(null, null, 0, headers)
  const batch = await decodeWithKafkaJs(new Decoder(buffer.seal(noProducer)[0]!.bytes))
  expect(batch.records[0]?.headers).toEqual({ h: [Buffer.from('1'), Buffer.from('2')] })
})

test('keys go to the partition kafkajs gives them', () => {
  fc.assert(
    fc.property(bytes(50), fc.integer({ min: 1, max: 100 }), (key, partitions) => {
      expect(murmur2(key)).toBe(kafkaJsMurmur2(key))
      expect(partitionFor(key, partitions)).toBe((kafkaJsMurmur2(key) & 0x7fffffff) % partitions)
    }),
  )
})

// The vectors of Apache Kafka's own UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s as in Apache Kafka', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash)
})

function headerList(entry: Entry) {
  return Object.entries(entry.headers).map(([key, value]) => ({ key, value }))
}
