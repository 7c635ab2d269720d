import zlib from 'node:zlib'
import type { Codec } from './index'
import { asBuffer, assertWithin, lazily } from './packages'

/** Node's own, from 22.15 on. */
interface NodeZstd {
  zstdCompressSync?(bytes: Buffer): Buffer
  zstdDecompressSync?(bytes: Buffer, options: { readonly maxOutputLength: number }): Buffer
}
const { zstdCompressSync, zstdDecompressSync } = zlib as unknown as NodeZstd

/** What a decoder must be ready to keep of what it has unpacked; larger ones are refused, as by Java's. */
const maxWindowBytes = 128 * 1024 * 1024
const maxBlockBytes = 128 * 1024
const level = 3

const reading = lazily('fzstd', () => require('fzstd') as typeof import('fzstd'))
const writing = lazily('@bokuweb/zstd-wasm', () => require('@bokuweb/zstd-wasm') as typeof import('@bokuweb/zstd-wasm'))

/** Zstandard (KIP-110), by Node itself where it can. */
export const zstd = zstdCodec()

function zstdCodec(): Codec {
  let ready = zstdCompressSync !== undefined
  return {
    get ready() {
      return ready
    },
    async load() {
      if (ready) return
      await writing.get().init()
      ready = true
    },
    compress: (records) => zstdCompressSync?.(records) ?? asBuffer(writing.get().compress(records, level)),
    decompress(records, maxBytes) {
      if (records.length === 0) throw new Error('it is empty')
      const frames = [...framesOf(records)]
      const most = frames.reduce((sum, { mostUnpacked }) => sum + mostUnpacked, 0)
      assertWithin(most, maxBytes)
      const unpacked = frames.map(({ start, end }) => unpack(records.subarray(start, end), maxBytes))
      return unpacked.length === 1 ? unpacked[0]! : Buffer.concat(unpacked)
    },
  }
}

/** Of one frame: Node's own leaves out those behind the first. */
function unpack(frame: Buffer, maxOutputLength: number): Buffer {
  if (zstdDecompressSync !== undefined) return zstdDecompressSync(frame, { maxOutputLength })
  const parts: Uint8Array[] = []
  const { Decompress } = reading.get()
  new Decompress((part) => void parts.push(part)).push(frame, true)
  return parts.length === 1 ? asBuffer(parts[0]!) : Buffer.concat(parts)
}

interface Frame {
  readonly start: number
  readonly end: number
  readonly mostUnpacked: number
}

/**
 * The frames, and how much each unpacks to at most, by the headers of their blocks (RFC 8878, section 3.1.1).
 * @throws Error for a window that no decoder should allocate
 */
function* framesOf(bytes: Buffer): Generator<Frame> {
  for (let at = 0; at < bytes.length; ) {
    const start = at
    const magic = bytes.readUInt32LE(at)
    if (magic >>> 4 === 0x184d2a5) {
      at += 8 + bytes.readUInt32LE(at + 4) // a frame to be skipped
      continue
    }
    if (magic !== 0xfd2fb528) throw new Error('it does not begin as a Zstandard frame')
    const { blocksAt, checksum } = frameHeader(bytes, at + 4)
    at = blocksAt
    let mostUnpacked = 0
    for (let last = false; !last; ) {
      const block = bytes.readUIntLE(at, 3)
      const size = block >>> 3
      const type = (block >>> 1) & 3
      last = (block & 1) === 1
      at += 3 + (type === 1 ? 1 : size) // one byte that is repeated
      mostUnpacked += type === 2 ? maxBlockBytes : size
    }
    at += checksum ? 4 : 0
    yield { start, end: at, mostUnpacked }
  }
}

function frameHeader(bytes: Buffer, at: number): { readonly blocksAt: number; readonly checksum: boolean } {
  const descriptor = bytes.readUInt8(at)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!
  const windowBytes = isSingleSegment ? 0 : 1
  if (!isSingleSegment) {
    const window = bytes.readUInt8(at + 1)
    const base = 2 ** (10 + (window >>> 3))
    if (base + (base / 8) * (window & 7) > maxWindowBytes) throw new Error('it wants too large a window')
  } else if (sizeOfContent(bytes, at + 1 + dictionaryBytes, sizeBytes) > maxWindowBytes * 2) {
    throw new Error('it wants too large a window')
  }
  return { blocksAt: at + 1 + windowBytes + dictionaryBytes + sizeBytes, checksum: (descriptor & 4) !== 0 }
}

function sizeOfContent(bytes: Buffer, at: number, width: number): number {
  if (width === 8) return Number(bytes.readBigUInt64LE(at))
  return bytes.readUIntLE(at, width) + (width === 2 ? 256 : 0)
}
