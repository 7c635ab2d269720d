import type { BatchHeader } from '../records'
import type { AbortedTransaction } from './protocol/fetch'

/**
 * Which batches of a fetched run count for a reader of committed data, asked of each in order (KIP-98, as the Java
 * consumer does it). The list names the aborted transactions that overlap the run: one begins to hide its producer's
 * batches at its first offset, and ends at that producer's next marker, which can only be the abort's.
 */
export function committedOnly(transactions: readonly AbortedTransaction[]): (batch: BatchHeader) => boolean {
  const ahead = [...transactions].sort((one, other) => one.firstOffset - other.firstOffset)
  const aborted = new Set<number>()
  return (batch) => {
    while (ahead[0] !== undefined && ahead[0].firstOffset <= batch.lastOffset) aborted.add(ahead.shift()!.producerId)
    if (!batch.isTransactional) return true
    if (batch.isControl) aborted.delete(batch.producerId)
    return !aborted.has(batch.producerId)
  }
}
