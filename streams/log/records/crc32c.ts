/**
 * CRC-32C (Castagnoli), which guards every record batch. Eight bytes a step by eight tables ("slicing by 8"), since
 * node:zlib has only the other CRC-32.
 */
const slices = 8
const polynomial = 0x82f63b78
const tables = makeTables()

/** The checksum of `bytes[start, end)` as an unsigned 32-bit number; `seed` is the checksum of what goes before. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, seed = 0): number {
  let crc = ~seed
  let at = start
  for (const last = end - slices; at <= last; at += slices) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      tables[1792 + (crc & 0xff)]! ^
      tables[1536 + ((crc >>> 8) & 0xff)]! ^
      tables[1280 + ((crc >>> 16) & 0xff)]! ^
      tables[1024 + (crc >>> 24)]! ^
      tables[768 + bytes[at + 4]!]! ^
      tables[512 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!
  }
  for (; at < end; at++) crc = tables[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

/** Table 0 advances the checksum by one byte; each further table by one byte more. */
function makeTables(): Int32Array {
  const made = new Int32Array(slices * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    made[byte] = crc
  }
  for (let at = 256; at < made.length; at++) {
    const shorter = made[at - 256]!
    made[at] = made[shorter & 0xff]! ^ (shorter >>> 8)
  }
  return made
}
