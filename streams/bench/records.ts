/** How fast record batches are written and read. `npx tsx --conditions=source streams/bench/records.ts` */
import { crc32c, decodeBatches, noProducer, recordsBuffer } from '../log/records'
import { murmur2 } from '../log/records/murmur2'
import { measure } from './rounds'

const RECORDS = 10_000
const keys = Array.from({ length: RECORDS }, (_, at) => Buffer.from(`order-${String(at).padStart(6, '0')}`))
const value = Buffer.alloc(175, 'x')
const now = 1_700_000_000_000

function encoded() {
  const records = recordsBuffer({ maxBatchBytes: 100_000_000 })
  for (let at = 0; at < RECORDS; at++) records.append(keys[at]!, value, now + at, [])
  return records
}
const sealed = Buffer.from(encoded().seal(noProducer)[0]!.bytes)
const megabytes = sealed.length / 1_000_000
let seen = 0

console.log(`  record batches of ${RECORDS} records, ${megabytes.toFixed(1)} MB; times are per record`)
measure('encode', RECORDS, () => {
  seen += encoded().count
})
measure('encode and seal (with crc32c)', RECORDS, () => {
  seen += encoded().seal(noProducer).length
})
measure('decode (with crc32c)', RECORDS, () => {
  seen += decodeBatches(sealed)[0]!.records.length
})
measure('crc32c, per kB', Math.round(sealed.length / 1000), () => {
  seen += crc32c(sealed)
})
measure('murmur2 of a key', RECORDS, () => {
  for (const key of keys) seen += murmur2(key)
})
if (seen === 0) throw new Error('nothing was done')
