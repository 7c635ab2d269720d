/**
 * CRC-32C (Castagnoli), which guards every record batch. Sixteen bytes a step by sixteen tables ("slicing by 16"), since
 * node:zlib has only the other CRC-32.
 */
const slices = 16
const polynomial = 0x82f63b78
const tables = makeTables()

/** The checksum of `bytes[start, end)` as an unsigned 32-bit number; `seed` is the checksum of what goes before. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, seed = 0): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let crc = ~seed
  let at = start
  for (const last = end - slices; at <= last; at += slices) {
    const first = crc ^ words.getInt32(at, true)
    const second = words.getInt32(at + 4, true)
    const third = words.getInt32(at + 8, true)
    const fourth = words.getInt32(at + 12, true)
    crc =
      tables[3840 + (first & 0xff)]! ^
      tables[3584 + ((first >>> 8) & 0xff)]! ^
      tables[3328 + ((first >>> 16) & 0xff)]! ^
      tables[3072 + (first >>> 24)]! ^
      tables[2816 + (second & 0xff)]! ^
      tables[2560 + ((second >>> 8) & 0xff)]! ^
      tables[2304 + ((second >>> 16) & 0xff)]! ^
      tables[2048 + (second >>> 24)]! ^
      tables[1792 + (third & 0xff)]! ^
      tables[1536 + ((third >>> 8) & 0xff)]! ^
      tables[1280 + ((third >>> 16) & 0xff)]! ^
      tables[1024 + (third >>> 24)]! ^
      tables[768 + (fourth & 0xff)]! ^
      tables[512 + ((fourth >>> 8) & 0xff)]! ^
      tables[256 + ((fourth >>> 16) & 0xff)]! ^
      tables[fourth >>> 24]!
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
