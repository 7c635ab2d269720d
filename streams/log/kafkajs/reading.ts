/** One partition as a reader holds it: where it stands, what was fetched ahead, what went wrong. */
import { type MillraceError, OutageError } from '../../errors'
import type { FetchedBatch, PartitionOffset, TopicPartition } from '../port'
import { patience } from './client'
import { type Chunk, decodeChunks, nextFetchOffset } from './fetched'

export interface Reading extends TopicPartition {
  /** What `poll` gives next. */
  position: number
  /** What is fetched next. */
  fetchOffset: number
  paused: boolean
  /** A request, or the mending of a failed one, is under way. */
  busy: boolean
  chunks: Chunk[]
  bytes: number
  /** Thrown by the next poll, which then fetches again. */
  error: MillraceError | undefined
  /** Of failures in a row. */
  attempts: number
  failingSince: number | undefined
}

export function startReading({ topic, partition, offset }: PartitionOffset): Reading {
  const position = { position: offset, fetchOffset: offset }
  const nothing = { paused: false, busy: false, chunks: [], bytes: 0, error: undefined }
  return { topic, partition, ...position, ...nothing, attempts: 0, failingSince: undefined }
}

/** Whether it may be part of the next fetch. What is paused is fetched ahead all the same, so that it can go on at once. */
export function wantsMore(reading: Reading, maxBytes: number): boolean {
  return !reading.busy && reading.error === undefined && reading.bytes < maxBytes
}

/**
 * Whether its reader is about to take what was fetched ahead. A fetch without it would only be held up, by the quiet
 * partitions beside it, until after it was wanted again.
 */
export function isFull(reading: Reading, maxBytes: number): boolean {
  return !reading.paused && !reading.busy && reading.bytes >= maxBytes
}

/** For errors. */
export const whatFails = ({ topic, partition, fetchOffset }: Reading) =>
  `reading ${topic}-${partition} from offset ${fetchOffset}`

export function canBeTaken(reading: Reading): boolean {
  return reading.error !== undefined || (!reading.paused && reading.chunks.length > 0)
}

/** Keeps what a fetch brought. @throws MillraceError BATCH_CORRUPT */
export function keep(reading: Reading, chunk: Omit<Chunk, 'nextOffset'>): void {
  reading.attempts = 0
  reading.failingSince = undefined
  const nextOffset = nextFetchOffset(chunk.bytes, reading.fetchOffset)
  if (nextOffset === reading.fetchOffset) return
  reading.chunks.push({ ...chunk, nextOffset })
  reading.bytes += chunk.bytes.length
  reading.fetchOffset = nextOffset
}

/** Decodes and gives up to about `maxBytes`. @throws MillraceError BATCH_CORRUPT, with nothing taken */
export function take(reading: Reading, maxBytes: number): FetchedBatch {
  let bytes = 0
  const beyond = reading.chunks.findIndex((chunk, index) => {
    bytes += chunk.bytes.length
    return index > 0 && bytes > maxBytes
  })
  const taken = reading.chunks.slice(0, beyond < 0 ? reading.chunks.length : beyond)
  const batch = decodeChunks(reading, taken, reading.position)
  reading.chunks = reading.chunks.slice(taken.length)
  for (const chunk of taken) reading.bytes -= chunk.bytes.length
  reading.position = batch.nextOffset
  return batch
}

/** Notes a failure that may pass. After a while of them the next poll says so, while fetching goes on. */
export function noteFailure(reading: Reading, error: unknown, now: number, outageAfterMs: number): void {
  reading.attempts += 1
  reading.failingSince ??= now
  const failedForMs = now - reading.failingSince
  if (failedForMs < patience(error, outageAfterMs)) return
  const { topic, partition, position } = reading
  const what = `reading ${topic}-${partition} from offset ${position} has failed for ${failedForMs} ms`
  const details = { topic, partition, offset: position }
  reading.error = new OutageError('LOG_UNAVAILABLE', `${what}: ${(error as Error).message}`, { cause: error, details })
  reading.failingSince = now
}
