import fc from 'fast-check'
import { crc32c } from './crc32c'

// The vectors of RFC 3720, appendix B.4, and the usual check value.
test.each([
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['ascending bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
  ['descending bytes', Buffer.from(Array.from({ length: 32 }, (_, index) => 31 - index)), 0x113fdb5c],
])('the checksum of %s', (_name, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum)
})

test('a range and a seed give what the whole gives', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, cut) => {
      const at = Math.min(cut, bytes.length)
      expect(crc32c(bytes, at, bytes.length, crc32c(bytes, 0, at))).toBe(crc32c(bytes))
      expect(crc32c(bytes.subarray(at))).toBe(crc32c(bytes, at))
    }),
  )
})
