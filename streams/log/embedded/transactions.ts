import type { BatchHeader } from '../records'

/** A transaction that is open in a partition. */
export interface OpenTransaction {
  readonly producerId: number
  readonly producerEpoch: number
  readonly firstOffset: number
}

/** Which transactions of one partition are open, and which batches belong to aborted ones. */
export interface Transactions {
  readonly open: ReadonlyMap<number, OpenTransaction>
  /** Up to where every transaction is settled, given the end of the partition. */
  stableOffset(endOffset: number): number
  /** Takes note of a batch of a transaction; the first opens it. */
  begin(batch: BatchHeader): void
  /** The producer's transaction ends with a marker at this offset. */
  end(producerId: number, markerOffset: number, type: 'abort' | 'commit'): void
  isAborted(batch: BatchHeader): boolean
  /** Forgets aborted transactions that ended before this offset. */
  forgetBefore(offset: number): void
}

interface Range {
  readonly firstOffset: number
  readonly lastOffset: number
}

export function trackTransactions(): Transactions {
  const open = new Map<number, OpenTransaction>()
  const aborted = new Map<number, Range[]>()

  return {
    open,
    stableOffset(endOffset) {
      let stable = endOffset
      for (const { firstOffset } of open.values()) stable = Math.min(stable, firstOffset)
      return stable
    },
    begin({ producerId, producerEpoch, baseOffset }) {
      if (!open.has(producerId)) open.set(producerId, { producerId, producerEpoch, firstOffset: baseOffset })
    },
    end(producerId, markerOffset, type) {
      const transaction = open.get(producerId)
      // A marker without a transaction is one whose batches compaction or retention has taken away.
      if (transaction === undefined) return
      open.delete(producerId)
      if (type === 'commit') return
      const ranges = aborted.get(producerId) ?? []
      ranges.push({ firstOffset: transaction.firstOffset, lastOffset: markerOffset })
      aborted.set(producerId, ranges)
    },
    isAborted({ isTransactional, producerId, baseOffset }) {
      if (!isTransactional) return false
      const ranges = aborted.get(producerId)
      return ranges?.some((range) => range.firstOffset <= baseOffset && baseOffset <= range.lastOffset) ?? false
    },
    forgetBefore(offset) {
      for (const [producerId, ranges] of aborted) {
        const rest = ranges.filter((range) => range.lastOffset >= offset)
        if (rest.length > 0) aborted.set(producerId, rest)
        else aborted.delete(producerId)
      }
    },
  }
}
