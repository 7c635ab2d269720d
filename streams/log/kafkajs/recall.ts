import { batchHeaders } from '../records'
import type { Identity, SequencedBatch } from './batches'
import type { Client } from './client'
import { kafkaError } from './errors'
import type { Lane } from './lanes'
import type { Link } from './links'
import { fetchRequest } from './protocol/fetch'
import type { NodeAddress } from './protocol/metadata'
import { listOffsetsRequest } from './protocol/offsets'

/** Brokers forget after a day, unless they are set otherwise. */
const REMEMBERED_MS = 3_600_000
const READ_BYTES = 4 * 1024 * 1024
/** More has hardly been appended by others since the batch was first sent. */
const MAX_READ_BYTES = 128 * 1024 * 1024

/**
 * Whether a broker may take a batch that it has for a new one. It knows a batch again by its producer's last sequence
 * number, which it forgets `producer.id.expiration.ms` after the time that the producer's last records bear. Records of
 * the past are thus forgotten whenever it looks: every ten minutes, and each time it starts.
 */
export function mayBeForgotten({ bytes }: SequencedBatch, now: number): boolean {
  const [header] = batchHeaders(bytes)
  return header !== undefined && !header.isTransactional && header.maxTimestamp < now - REMEMBERED_MS
}

export interface Recalled {
  readonly client: Client
  readonly leader: NodeAddress
  readonly identity: Identity
  /** No batch of ours that is not acknowledged lies before this offset, where that is known. */
  readonly from: number | undefined
}

/** Looks in the log itself for a batch whose answer was lost. @returns its offset; undefined where it is not there */
export async function findAppended(lane: Lane, batch: SequencedBatch, where: Recalled): Promise<number | undefined> {
  const { identity } = where
  const link = await where.client.links.to(where.leader)
  let at = where.from ?? (await firstWithin(link, lane, batch))
  for (let read = 0; read < MAX_READ_BYTES; ) {
    const bytes = await readAt(link, lane, at)
    let next = at
    for (const header of batchHeaders(bytes)) {
      const ours = header.producerId === identity.producerId && header.producerEpoch === identity.producerEpoch
      if (ours && header.baseSequence === batch.sequence && !header.isControl) return header.baseOffset
      next = Math.max(next, header.lastOffset + 1)
    }
    if (next === at) return undefined
    read += bytes.length
    at = next
  }
  return undefined
}

/** The first offset whose record is as late as the batch's latest: the batch itself cannot lie before it. */
async function firstWithin(link: Link, lane: Lane, { bytes }: SequencedBatch): Promise<number> {
  const [header] = batchHeaders(bytes)
  const query = { partitions: [lane], timestamp: header?.maxTimestamp ?? -2, isolation: 'read_uncommitted' } as const
  const [found] = await link.request(listOffsetsRequest(query))
  if (found === undefined || found.errorCode !== 0) throw refused(lane, found?.errorCode ?? -1)
  if (found.offset >= 0) return found.offset
  const [end] = await link.request(listOffsetsRequest({ ...query, timestamp: -1 }))
  if (end === undefined || end.errorCode !== 0) throw refused(lane, end?.errorCode ?? -1)
  return end.offset
}

async function readAt(link: Link, lane: Lane, fetchOffset: number): Promise<Buffer> {
  const { topic, partition } = lane
  const limits = { maxWaitMs: 0, maxBytes: READ_BYTES, maxBytesPerPartition: READ_BYTES }
  const request = fetchRequest([{ topic, partition, fetchOffset }], { ...limits, isolation: 'read_uncommitted' })
  const { errorCode, partitions } = await link.request(request)
  const code = errorCode || (partitions[0]?.errorCode ?? -1)
  if (code !== 0) throw refused(lane, code)
  return partitions[0]!.bytes
}

function refused({ topic, partition }: Lane, errorCode: number): Error {
  const what = `looking whether what was sent to ${topic}-${partition} has been appended`
  return kafkaError(errorCode, { what, details: { topic, partition } })
}
