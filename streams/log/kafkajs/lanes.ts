import type { OutgoingBatch, TopicPartition } from '../port'
import type { ProducerStamp } from '../records'
import { type SequencedBatch, seal } from './batches'
import { placeOf } from './protocol/grouped'

/** What is still to be appended to one partition, in order: one batch at a time, and the next when it is acknowledged. */
export interface Lane extends TopicPartition {
  /** The batch being sent and those sealed behind it. */
  sealed: SequencedBatch[]
  /** Not sealed yet, with their place in what the caller gave. */
  readonly waiting: { readonly index: number; readonly batch: OutgoingBatch }[]
  /** Which of the caller's batches `sealed` belongs to. */
  index: number
  /** Failed attempts of the batch in hand. */
  attempts: number
  failingSince: number | undefined
  /** Not sent again before then. */
  notBefore: number
}

/** One lane per partition. */
export function lanesOf(batches: readonly OutgoingBatch[]): Lane[] {
  const lanes = new Map<string, Lane>()
  batches.forEach((batch, index) => {
    const { topic, partition } = batch
    const place = placeOf(batch)
    const lane = lanes.get(place) ?? { topic, partition, sealed: [], waiting: [], index, ...untroubled }
    lane.waiting.push({ index, batch })
    lanes.set(place, lane)
  })
  return [...lanes.values()]
}

const untroubled = { attempts: 0, failingSince: undefined, notBefore: 0 } as const

/** The batch to send now, sealed with the partition's next sequence where it was not yet; undefined when all is done. */
export function headOf(lane: Lane, stamp: ProducerStamp): SequencedBatch | undefined {
  while (lane.sealed.length === 0) {
    const next = lane.waiting.shift()
    if (next === undefined) return undefined
    lane.index = next.index
    lane.sealed = seal(next.batch.records, stamp)
  }
  return lane.sealed[0]
}

export function advance(lane: Lane): void {
  lane.sealed.shift()
  Object.assign(lane, untroubled)
}

export function abandon(lane: Lane): void {
  lane.sealed = []
  lane.waiting.length = 0
}

/** Within the 100 MiB that a broker takes by default, and small enough not to hold up other partitions for long. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024

/** The lanes that go into one request each: they have one leader, and are not too large together. */
export function loadsOf(
  lanes: readonly Lane[],
  leaderOf: (lane: Lane) => number,
  sizeOf: (lane: Lane) => number,
): readonly (readonly Lane[])[] {
  const loads: Lane[][] = []
  const open = new Map<number, { readonly load: Lane[]; bytes: number }>()
  for (const lane of lanes) {
    const leader = leaderOf(lane)
    const size = sizeOf(lane)
    let request = open.get(leader)
    if (request === undefined || request.bytes + size > MAX_REQUEST_BYTES) {
      request = { load: [], bytes: 0 }
      open.set(leader, request)
      loads.push(request.load)
    }
    request.load.push(lane)
    request.bytes += size
  }
  return loads
}
