import type { Header } from '../port'
import type { Memory, ProducerStamp, RecordsBuffer, SealedBatch } from './buffer'
import { assertCanCompress, compress } from './compression'
import { headerBytes, writeHeader } from './header'
import { varintSize, writeVarint } from './numbers'

export interface RecordsBufferOptions {
  /**
   * A batch is closed before it would grow past this, counted before compression; a single larger record gets a batch
   * of its own. Default 900,000.
   */
  readonly maxBatchBytes?: number
  /** About as many bytes will be appended: memory for them is taken at once. Default: it grows as they come. */
  readonly expectedBytes?: number
  /** Default: new memory each time. */
  readonly memory?: Memory
}

/** One batch within the buffer: room for its header, then its records. */
interface Batch {
  readonly start: number
  readonly baseTimestamp: number
  end: number
  maxTimestamp: number
  count: number
}

const nothing = Buffer.alloc(0)
const newMemory: Memory = { take: (size) => Buffer.allocUnsafe(size), give: () => undefined }
const initialBytes = 4096
const mostExpectedBytes = 1024 * 1024
const maxSequence = 0x7fffffff

/** The stamp of a producer that is neither idempotent nor transactional. */
export const noProducer: ProducerStamp = Object.freeze({
  producerId: -1,
  producerEpoch: -1,
  baseSequence: -1,
  transactional: false,
})

/**
 * Encodes records, as they are appended, into one growing buffer that also keeps room for the batch headers.
 * Without compression the sealed batches are views of that buffer: they hold until the next `append` or `seal`.
 */
export function recordsBuffer(options: RecordsBufferOptions = {}): RecordsBuffer {
  const { maxBatchBytes = 900_000, expectedBytes = 0, memory = newMemory } = options
  /** A quarter more, so that a little more than expected needs no second piece; what is far more was expected in vain. */
  const firstBytes = Math.max(initialBytes, Math.ceil(Math.min(expectedBytes * 1.25, mostExpectedBytes)))
  const batches: Batch[] = []
  let bytes: Buffer = nothing
  let end = 0
  let count = 0

  function open(timestamp: number): Batch {
    const batch = { start: end, baseTimestamp: timestamp, end: end + headerBytes, maxTimestamp: timestamp, count: 0 }
    batches.push(batch)
    return batch
  }

  function reserve(upTo: number): void {
    if (upTo <= bytes.length) return
    const grown = memory.take(Math.max(upTo, bytes.length * 2, bytes.length === 0 ? firstBytes : 0))
    bytes.copy(grown, 0, 0, end)
    if (bytes.length > 0) memory.give(bytes)
    bytes = grown
  }

  return {
    get count() {
      return count
    },
    get byteLength() {
      return end
    },
    append(key, value, timestamp, headers) {
      const fixed = bodySize(key, value, headers)
      let batch = batches[batches.length - 1]
      let size = 0
      if (batch !== undefined) {
        size = fixed + varintSize(timestamp - batch.baseTimestamp) + varintSize(batch.count)
        if (batch.end - batch.start + varintSize(size) + size > maxBatchBytes) batch = undefined
      }
      if (batch === undefined) {
        size = fixed + 2
        reserve(end + headerBytes + varintSize(size) + size)
        batch = open(timestamp)
      } else {
        reserve(end + varintSize(size) + size)
      }
      let at = writeVarint(bytes, size, batch.end)
      bytes[at++] = 0
      at = writeVarint(bytes, timestamp - batch.baseTimestamp, at)
      at = writeVarint(bytes, batch.count, at)
      at = writeNullable(bytes, key, at)
      at = writeNullable(bytes, value, at)
      end = writeHeaders(bytes, headers, at)
      batch.end = end
      batch.count++
      if (timestamp > batch.maxTimestamp) batch.maxTimestamp = timestamp
      count++
    },
    seal(stamp) {
      const { compression = 'none' } = stamp
      assertCanCompress(compression)
      let baseSequence = stamp.baseSequence
      return batches.map((batch) => {
        const sealed = sealBatch(bytes, batch, { ...stamp, baseSequence, compression })
        baseSequence = nextSequence(baseSequence, batch.count)
        return sealed
      })
    },
    release() {
      if (bytes.length > 0) memory.give(bytes)
      bytes = nothing
    },
  }
}

/** The sequence after `count` more records; it wraps to 0 after 2^31 - 1, and stays -1 for a producer without one. */
export function nextSequence(sequence: number, count: number): number {
  if (sequence < 0) return sequence
  const next = sequence + count
  return next > maxSequence ? next - maxSequence - 1 : next
}

function sealBatch(bytes: Buffer, batch: Batch, stamp: Required<ProducerStamp>): SealedBatch {
  const { compression } = stamp
  const sealed =
    compression === 'none'
      ? bytes.subarray(batch.start, batch.end)
      : withHeaderRoom(compress(bytes.subarray(batch.start + headerBytes, batch.end), compression))
  writeHeader(sealed, {
    ...stamp,
    baseOffset: 0,
    leaderEpoch: -1,
    lastOffsetDelta: batch.count - 1,
    baseTimestamp: batch.baseTimestamp,
    maxTimestamp: batch.maxTimestamp,
    count: batch.count,
  })
  return { bytes: sealed, count: batch.count }
}

function withHeaderRoom(records: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(headerBytes + records.length)
  records.copy(batch, headerBytes)
  return batch
}

/** Bytes of a record's body without its timestamp and offset, which depend on the batch. */
function bodySize(key: Buffer | null, value: Buffer | null, headers: readonly Header[]): number {
  let size = 1 + nullableSize(key) + nullableSize(value) + varintSize(headers.length)
  if (headers.length === 0) return size // as most records, without an iterator
  for (const header of headers) {
    const name = Buffer.byteLength(header.key)
    size += varintSize(name) + name + nullableSize(header.value)
  }
  return size
}

function nullableSize(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length
}

function writeNullable(target: Buffer, source: Buffer | null, at: number): number {
  if (source === null) return writeVarint(target, -1, at)
  const start = writeVarint(target, source.length, at)
  target.set(source, start)
  return start + source.length
}

function writeHeaders(target: Buffer, headers: readonly Header[], at: number): number {
  let to = writeVarint(target, headers.length, at)
  if (headers.length === 0) return to
  for (const header of headers) {
    to = writeVarint(target, Buffer.byteLength(header.key), to)
    to += target.write(header.key, to)
    to = writeNullable(target, header.value, to)
  }
  return to
}
