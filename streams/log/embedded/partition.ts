import type { Clock } from '../../clock'
import { MillraceError, messageOf } from '../../errors'
import type { Logger } from '../../logger'
import type { AppendedBatch, TopicPartition } from '../port'
import { type BatchHeader, controlBatch, decodeControl, decodeRecords, readHeader, setBaseOffset } from '../records'
import { type StoredBatch, scanBatches } from './segment'
import { openSegments, type Segments } from './segments'
import { spanOf, trackSequences } from './sequences'
import type { Storage } from './storage'
import type { TopicSettings } from './topic-settings'
import { type OpenTransaction, type Transactions, trackTransactions } from './transactions'

export interface PartitionOptions extends TopicPartition {
  readonly storage: Storage
  readonly folder: string
  readonly settings: TopicSettings
  readonly clock: Clock
  readonly logger: Logger
  /** Told when a segment has been closed, which is when there may be something to clean. */
  onRoll(): void
}

export interface FetchOptions {
  readonly offset: number
  /** Only what is settled, without what was aborted. */
  readonly committed: boolean
  readonly maxBytes: number
}

export interface Fetched {
  readonly batches: readonly StoredBatch[]
  readonly nextOffset: number
  readonly endOffset: number
}

/** One partition: its batches, in the order of their offsets. */
export interface PartitionLog extends TopicPartition {
  readonly settings: TopicSettings
  readonly folder: string
  readonly segments: Segments
  readonly transactions: Transactions
  readonly startOffset: number
  readonly endOffset: number
  /** The end as read_committed sees it (the last stable offset). */
  readonly stableOffset: number
  /** Whether a transaction's marker could not be written yet. */
  readonly owesMarkers: boolean
  /** Whether the topic is deleted. */
  readonly isDropped: boolean
  /** The highest producer id seen in the batches. */
  readonly maxProducerId: number
  /**
   * Appends sealed batches, all or none; batches that are there already are not stored again. Their offsets are written into
   * the bytes given. @throws OutageError LOG_UNAVAILABLE; FencedError PRODUCER_FENCED
   */
  append(sealed: readonly Buffer[]): AppendedBatch
  /** Ends a producer's open transaction with a marker. */
  settle(transaction: OpenTransaction, type: 'abort' | 'commit'): void
  /** @throws MillraceError OFFSET_OUT_OF_RANGE */
  fetch(options: FetchOptions): Fetched
  /** The first offset whose timestamp is at least this; the stable offset where there is none. */
  offsetAt(timestamp: number): number
  /** Calls back whenever there may be more to read; gives the function that ends it. */
  onAdvance(listener: () => void): () => void
  /** The topic is deleted: nothing is written any more, and whoever waits is called back. */
  drop(): void
}

export function openPartition(options: PartitionOptions): PartitionLog {
  const { topic, partition, settings, clock, logger } = options
  const transactions = trackTransactions()
  const sequences = trackSequences()
  const listeners = new Set<() => void>()
  /** Markers of settled transactions that the disk did not take; they come before anything else. */
  const owed: Buffer[] = []
  let maxProducerId = -1
  let isDropped = false
  const segments = openSegments({ ...options, isCompacted: settings.compact, visit: note })

  function note({ header, bytes }: StoredBatch): void {
    const { producerId, baseOffset } = header
    maxProducerId = Math.max(maxProducerId, producerId)
    if (header.isControl) {
      const type = decodeControl(bytes, header)
      if (type === 'abort' || type === 'commit') transactions.end(producerId, baseOffset, type)
      return
    }
    sequences.note(header)
    if (header.isTransactional) transactions.begin(header)
  }

  function store(sealed: readonly Buffer[]): number {
    const baseOffset = segments.endOffset
    let offset = baseOffset
    const batches = sealed.map((bytes) => {
      setBaseOffset(bytes, offset, 0)
      const header = readHeader(bytes, 0)!
      offset = header.lastOffset + 1
      return { bytes, header }
    })
    const { size } = segments.active.file
    const bytes = sealed.reduce((sum, each) => sum + each.length, 0)
    if (size > 0 && size + bytes > settings.segmentBytes) {
      segments.roll()
      options.onRoll()
    }
    segments.append(batches)
    for (const batch of batches) note(batch)
    return baseOffset
  }

  function payMarkers(): void {
    while (owed.length > 0) {
      store([owed[0]!])
      owed.shift()
    }
  }

  function advance(): void {
    for (const listener of [...listeners]) listener()
  }

  function isReadable(header: BatchHeader, committed: boolean): boolean {
    return !header.isControl && !(committed && transactions.isAborted(header))
  }

  const self: PartitionLog = {
    topic,
    partition,
    settings,
    folder: options.folder,
    segments,
    transactions,
    get startOffset() {
      return segments.startOffset
    },
    get endOffset() {
      return segments.endOffset
    },
    get stableOffset() {
      return transactions.stableOffset(segments.endOffset)
    },
    get owesMarkers() {
      return owed.length > 0
    },
    get isDropped() {
      return isDropped
    },
    get maxProducerId() {
      return maxProducerId
    },
    append(sealed) {
      payMarkers()
      if (sealed.length === 0) {
        const { endOffset } = segments
        return { topic, partition, baseOffset: endOffset, nextOffset: endOffset }
      }
      const headers = sealed.map((bytes) => readHeader(bytes, 0)!)
      const count = headers.reduce((sum, header) => sum + spanOf(header), 0)
      const duplicate = sequences.duplicateOf(headers[0]!)
      const baseOffset = duplicate ?? store(sealed)
      advance()
      return { topic, partition, baseOffset, nextOffset: baseOffset + count }
    },
    settle({ producerId, producerEpoch }, type) {
      if (isDropped || !transactions.open.has(producerId)) return
      const marker = controlBatch({ type, producerId, producerEpoch, timestamp: clock.now() })
      try {
        payMarkers()
        store([marker])
      } catch (error) {
        logger.error({ topic, partition, error: messageOf(error) }, 'a transaction marker has to wait for the disk')
        owed.push(marker)
        transactions.end(producerId, segments.endOffset + owed.length - 1, type)
      }
      advance()
    },
    fetch({ offset, committed, maxBytes }) {
      const endOffset = committed ? self.stableOffset : segments.endOffset
      assertInRange(self, offset)
      const batches: StoredBatch[] = []
      let size = 0
      let nextOffset = offset
      let isFull = false
      segments.scan(offset, (batch) => {
        const { header } = batch
        if (header.baseOffset >= endOffset) return false
        const grown = size + header.end - header.start
        isFull = size > 0 && grown > maxBytes
        if (isFull) return false
        size = grown
        nextOffset = header.lastOffset + 1
        if (isReadable(header, committed)) batches.push(batch)
        return true
      })
      // Compaction may have taken away what stood just before the end.
      return { batches, nextOffset: isFull ? nextOffset : Math.max(nextOffset, endOffset), endOffset }
    },
    offsetAt(timestamp) {
      const { stableOffset } = self
      let found: number | undefined
      for (const segment of segments.all) {
        const position = found === undefined ? segment.positionAt(timestamp) : undefined
        if (position === undefined) continue
        scanBatches(segment.file, position, ({ header, bytes }) => {
          if (header.baseOffset >= stableOffset) return false
          if (header.maxTimestamp < timestamp || !isReadable(header, true)) return true
          found = decodeRecords(bytes, header).find((record) => record.timestamp >= timestamp)?.offset
          return found === undefined
        })
      }
      return found ?? stableOffset
    },
    onAdvance(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    drop() {
      isDropped = true
      advance()
    },
  }
  return self
}

function assertInRange({ topic, partition, startOffset, endOffset }: PartitionLog, offset: number): void {
  if (offset >= startOffset && offset <= endOffset) return
  throw new MillraceError(
    'OFFSET_OUT_OF_RANGE',
    `${topic}/${partition} has the offsets ${startOffset} to ${endOffset}, not ${offset}`,
    { details: { topic, partition, offset, startOffset, endOffset } },
  )
}
