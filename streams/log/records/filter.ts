import type { LogRecord } from '../port'
import { canCompress, compress } from './compression'
import { recordBytes } from './decode'
import { checkRecord, readRecord } from './decode-record'
import { type BatchHeader, headerBytes, writeHeader } from './header'

/**
 * The batch with only the records that `keep` chooses, as compaction leaves it: offsets and timestamps stay, the batch is no
 * longer part of a transaction. Undefined when no record is left.
 */
export function filterBatch(
  bytes: Buffer,
  batch: BatchHeader,
  keep: (record: LogRecord) => boolean,
): Buffer | undefined {
  const cursor = { bytes: recordBytes(bytes, batch), at: 0 }
  const kept: Buffer[] = []
  let maxTimestamp = -1
  for (let index = 0; index < batch.count; index++) {
    const start = cursor.at
    checkRecord(cursor, batch)
    const record = readRecord({ bytes: cursor.bytes, at: start }, batch)
    if (!keep(record)) continue
    kept.push(cursor.bytes.subarray(start, cursor.at))
    maxTimestamp = Math.max(maxTimestamp, record.timestamp)
  }
  if (kept.length === 0) return undefined
  if (kept.length === batch.count && !batch.isTransactional) return bytes.subarray(batch.start, batch.end)

  // Whoever compacts may not have loaded the codec that the producer had.
  const compression = canCompress(batch.compression) ? batch.compression : 'none'
  const filtered = Buffer.concat([Buffer.alloc(headerBytes), compress(Buffer.concat(kept), compression)])
  writeHeader(filtered, {
    ...batch,
    compression,
    lastOffsetDelta: batch.lastOffset - batch.baseOffset,
    maxTimestamp,
    count: kept.length,
    transactional: false,
  })
  return filtered
}
