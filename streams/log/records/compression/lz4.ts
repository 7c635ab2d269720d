import type { Codec } from './index'
import { assertWithin, lazily } from './packages'

const magic = 0x184d2204
/** Of a block's size: its bytes are stored as they are. */
const storedFlag = 0x80000000
/** No block of LZ4 unpacks to more times its size. */
const maxRatio = 255

const packaged = lazily('lz4-napi', () => require('lz4-napi') as typeof import('lz4-napi'))

/** LZ4 in its frame format, with independent blocks, the only ones that Java's clients read. */
export const lz4: Codec = {
  ready: true,
  load: async () => void packaged.get(),
  compress: (records) => packaged.get().compressFrameSync(records),
  decompress(records, maxBytes) {
    const { end, maxUnpacked } = measure(records)
    assertWithin(maxUnpacked, maxBytes)
    return packaged.get().decompressFrameSync(records.subarray(0, end))
  },
}

/** Where the frame ends, and how much it unpacks to at most. */
function measure(frame: Buffer): { readonly end: number; readonly maxUnpacked: number } {
  if (frame.readUInt32LE(0) !== magic) throw new Error('it does not begin as an LZ4 frame')
  const flags = frame.readUInt8(4)
  const blockChecksum = flags & 0x10 ? 4 : 0
  const contentChecksum = flags & 0x04 ? 4 : 0
  const sizeField = flags & 0x08 ? 8 : 0
  const dictionaryField = flags & 0x01 ? 4 : 0
  // 4 to 7 stand for 64 KiB, 256 KiB, 1 MiB and 4 MiB.
  const maxBlock = 2 ** (8 + 2 * ((frame.readUInt8(5) >> 4) & 7))
  let maxUnpacked = 0
  for (let at = 7 + sizeField + dictionaryField; ; ) {
    const word = frame.readUInt32LE(at)
    if (word === 0) return { end: at + 4 + contentChecksum, maxUnpacked }
    const size = word % storedFlag
    maxUnpacked += word >= storedFlag ? size : Math.min(maxBlock, size * maxRatio)
    at += 4 + size + blockChecksum
  }
}
