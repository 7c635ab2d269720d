import type { Codec } from './index'
import { asBuffer, assertWithin, lazily } from './packages'

/** What Java's SnappyOutputStream writes: a magic, two versions, then blocks each preceded by its size. */
const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const header = Buffer.concat([magic, Buffer.from([0, 0, 0, 1, 0, 0, 0, 1])])
const blockBytes = 32 * 1024

const packaged = lazily('snappy', () => require('snappy') as typeof import('snappy'))

/** Snappy in the framing of Java's clients, and read without it too, as other clients write it. */
export const snappy: Codec = {
  ready: true,
  load: async () => void packaged.get(),
  compress(records) {
    const { compressSync } = packaged.get()
    const parts: Buffer[] = [header]
    for (let at = 0; at < records.length; at += blockBytes) {
      const block = compressSync(records.subarray(at, at + blockBytes))
      const size = Buffer.allocUnsafe(4)
      size.writeInt32BE(block.length)
      parts.push(size, block)
    }
    return Buffer.concat(parts)
  },
  decompress(records, maxBytes) {
    const blocks = [...blocksOf(records)]
    assertWithin(
      blocks.reduce((sum, block) => sum + unpackedSize(block), 0),
      maxBytes,
    )
    const { uncompressSync } = packaged.get()
    const unpacked = blocks.map((block) => asBuffer(uncompressSync(block, { asBuffer: true }) as Buffer))
    return unpacked.length === 1 ? unpacked[0]! : Buffer.concat(unpacked)
  },
}

function* blocksOf(records: Buffer): Generator<Buffer> {
  if (!records.subarray(0, magic.length).equals(magic)) {
    yield records
    return
  }
  for (let at = header.length; at < records.length; ) {
    const size = records.readInt32BE(at)
    const end = at + 4 + size
    if (size < 0 || end > records.length) throw new Error('a block passes the end')
    yield records.subarray(at + 4, end)
    at = end
  }
}

/** A block begins with its unpacked size, seven bits a byte. */
function unpackedSize(block: Buffer): number {
  let size = 0
  for (let index = 0; index < 5; index++) {
    const byte = block[index]
    if (byte === undefined) break
    size += (byte & 0x7f) * 2 ** (7 * index)
    if (byte <= 0x7f) return size
  }
  throw new Error('a block does not say its size')
}
