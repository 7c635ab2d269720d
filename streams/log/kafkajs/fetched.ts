import { MillraceError, TerminalError } from '../../errors'
import type { FetchedBatch, TopicPartition } from '../port'
import { batchHeaders, decodeBatches, PackedRecords } from '../records'
import { committedOnly } from './aborted'
import type { AbortedTransaction } from './protocol/fetch'

/** What one fetch brought for one partition, not decoded yet: most of it is decoded only when it is asked for. */
export interface Chunk {
  readonly bytes: Buffer
  /** Where to fetch on. */
  readonly nextOffset: number
  readonly endOffset: number
  /** For a reader of committed data. */
  readonly aborted: readonly AbortedTransaction[] | undefined
}

/** Where to fetch on after these batches: behind the last whole one, whatever compaction has left of its records. */
export function nextFetchOffset(bytes: Buffer, fetchOffset: number): number {
  let next = fetchOffset
  for (const { lastOffset } of batchHeaders(bytes)) next = Math.max(next, lastOffset + 1)
  return next
}

/**
 * Decodes chunks of one partition that follow each other.
 * @throws MillraceError BATCH_CORRUPT (details: topic, partition, offset)
 */
export function decodeChunks(of: TopicPartition, chunks: readonly Chunk[], position: number): FetchedBatch {
  const { topic, partition } = of
  const records = PackedRecords.join(chunks.flatMap((chunk) => decodeChunk(of, chunk, position)))
  const { nextOffset, endOffset } = chunks[chunks.length - 1]!
  return { topic, partition, records, nextOffset, endOffset }
}

function decodeChunk(of: TopicPartition, { bytes, aborted }: Chunk, position: number): readonly PackedRecords[] {
  const accept = aborted === undefined ? undefined : committedOnly(aborted)
  try {
    const batches = decodeBatches(bytes, { fromOffset: position, ...(accept ? { accept } : {}) })
    return batches.map(({ records }) => records).filter(({ length }) => length > 0)
  } catch (error) {
    throw located(error, of)
  }
}

function located(error: unknown, { topic, partition }: TopicPartition): unknown {
  if (!(error instanceof MillraceError)) return error
  const Located = error instanceof TerminalError ? TerminalError : MillraceError
  const details = { ...error.details, topic, partition }
  return new Located(error.code, `${topic}-${partition}: ${error.message}`, { cause: error, details })
}
