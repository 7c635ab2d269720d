/** The records of the bench: the same ones, in the same order, for the same parameters. */
import type { Order, Totals } from './aggregate'

export interface WorkloadOptions {
  readonly records: number
  readonly keys: number
  /** Exponent of the zipf distribution of keys; 0 for keys that are drawn evenly. */
  readonly skew: number
  /** Bytes of an order as JSON. */
  readonly valueBytes: number
  readonly avro: boolean
}

export const PARTITIONS = 4

const statuses = ['CREATED', 'PAID', 'CONFIRMED', 'DISPATCHED', 'DELIVERED'] as const

export const keyOf = (key: number): string => `order-${String(key).padStart(6, '0')}`
export const keyNumber = (key: string): number => Number(key.slice(6))

export const centsOf = (record: number): number => 100 + ((record * 7919) % 9_900)

/** The `record`th order, for the given key. */
export function orderOf(record: number, key: number, sentAt: number, note: string): Order {
  return {
    orderId: keyOf(key),
    customerId: `customer-${String((key * 31) % 10_000).padStart(4, '0')}`,
    status: statuses[record % statuses.length]!,
    amountCents: centsOf(record),
    sentAt,
    note,
  }
}

/** As much text as brings the JSON of an order to about `valueBytes`. */
export function noteOf(valueBytes: number): string {
  const bare = JSON.stringify(orderOf(0, 0, 1_700_000_000_000, '')).length
  return 'x'.repeat(Math.max(0, valueBytes - bare))
}

/** Key numbers that look random and are the same in each run. */
export function keyNumbers({ keys, skew }: Pick<WorkloadOptions, 'keys' | 'skew'>): () => number {
  const random = mulberry(42)
  if (skew === 0) return () => Math.floor(random() * keys)
  const weights = Float64Array.from({ length: keys }, (_, rank) => (rank + 1) ** -skew)
  for (let rank = 1; rank < keys; rank++) weights[rank]! += weights[rank - 1]!
  const total = weights[keys - 1]!
  return () => {
    const drawn = random() * total
    let low = 0
    let high = keys - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (weights[middle]! < drawn) low = middle + 1
      else high = middle
    }
    // Neighbours in rank shall not be neighbours in the store; 7919 is a prime, so that no two ranks meet.
    return (low * 7919) % keys
  }
}

/** A small generator of good enough random numbers from a seed. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** What the changelog of a store holds after `count` orders of a key. */
export function totalsOf(key: number, count: number, note: string): Totals {
  return { orderId: keyOf(key), status: 'PAID', count, totalCents: count * 100, sentAt: 1_700_000_000_000, note }
}
