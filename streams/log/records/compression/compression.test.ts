import zlib from 'node:zlib'
import fc from 'fast-check'
import { compress, compressionTypes, decompress, loadCompression } from './index'

beforeAll(async () => {
  for (const type of compressionTypes) await loadCompression(type)
})

const megabyte = 1024 * 1024
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.string({ minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 300_000 }))
    .map(([text, size]) => Buffer.alloc(size, text)),
)

describe.each(compressionTypes)('%s', (type) => {
  test('gives back what went in', () => {
    fc.assert(
      fc.property(payload, (given) => {
        expect(decompress(compress(given, type), type, 0).equals(given)).toBe(true)
      }),
    )
  })

  test('gives back what went in, larger than its blocks and windows', () => {
    const text = Buffer.from(Array.from({ length: 500_000 }, (_, index) => `${(index * 7919) % 10_007};`).join(''))
    expect(decompress(compress(text, type), type, 0).equals(text)).toBe(true)
  })

  if (type === 'none') return

  test('refuses what is cut short or not its own', () => {
    const packed = compress(Buffer.alloc(100_000, 'abc'), type)
    for (const broken of [packed.subarray(0, packed.length >> 1), Buffer.alloc(40, 7), Buffer.alloc(0)]) {
      const unpack = () => decompress(broken, type, 3)
      expect(unpack).toThrow(expect.objectContaining({ code: 'BATCH_CORRUPT', details: { offset: 3 } }))
    }
  })

  test('survives any bytes changed', () => {
    const packed = compress(Buffer.alloc(5_000, 'the quick brown fox '), type)
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const broken = Buffer.from(packed)
        broken[at] = byte
        try {
          decompress(broken, type, 0)
        } catch (error) {
          expect(error).toMatchObject({ code: 'BATCH_CORRUPT' })
        }
      }),
    )
  })

  test('refuses what would unpack to gigabytes', () => {
    expect(() => decompress(bombOf(type), type, 3)).toThrow(
      expect.objectContaining({ code: 'BATCH_CORRUPT', details: { offset: 3 } }),
    )
  })
})

test('snappy is read without the framing of Java too', () => {
  const given = Buffer.alloc(90_000, 'snappy')
  const raw = (require('snappy') as typeof import('snappy')).compressSync(given)
  expect(decompress(raw, 'snappy', 0).equals(given)).toBe(true)
})

test('lz4 is read with checksums of blocks and content too', () => {
  const given = Buffer.alloc(90_000, 'lz4')
  const { compressFrameSync } = require('lz4-napi') as typeof import('lz4-napi')
  const packed = compressFrameSync(given, { contentChecksum: true, blockChecksums: true })
  expect(decompress(packed, 'lz4', 0).equals(given)).toBe(true)
})

test('zstd is read in several frames, of which some are to be skipped', () => {
  const skipped = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
  const run = Buffer.concat([compress(Buffer.from('one '), 'zstd'), skipped, compress(Buffer.from('two'), 'zstd')])
  expect(decompress(run, 'zstd', 0).toString()).toBe('one two')
})

test('zstd is refused with a window that no decoder should allocate', () => {
  // A frame with a window of 2 TiB, and one empty block.
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 31 << 3, 1, 0, 0])
  expect(() => decompress(frame, 'zstd', 0)).toThrow(/window/)
})

test('an unknown codec is named, with those there are', async () => {
  await expect(loadCompression('brotli' as never)).rejects.toThrow(/brotli.*none, gzip, snappy, lz4, zstd/)
})

/** Small, and 512 MiB when unpacked. */
function bombOf(type: (typeof compressionTypes)[number]): Buffer {
  const times = 512
  switch (type) {
    case 'gzip':
      return Buffer.concat(Array.from({ length: times }, () => zlib.gzipSync(Buffer.alloc(megabyte))))
    case 'snappy': {
      const framed = compress(Buffer.alloc(megabyte), 'snappy')
      return Buffer.concat([framed, ...Array.from({ length: times }, () => framed.subarray(16))])
    }
    case 'lz4': {
      const framed = compress(Buffer.alloc(4 * megabyte), 'lz4')
      const block = framed.subarray(7, 7 + 4 + (framed.readUInt32LE(7) % 0x80000000))
      return Buffer.concat([framed.subarray(0, 7), ...Array.from({ length: times / 4 }, () => block), Buffer.alloc(4)])
    }
    default: {
      const frame = compress(Buffer.alloc(megabyte), 'zstd')
      return Buffer.concat(Array.from({ length: times }, () => frame))
    }
  }
}
