/** The read model's fold, pure: which orders a batch of events makes of those that were there before. */
import type { OrderEvent } from '../schemas/generated/order-event'
import type { Order } from '../schemas/generated/order-outcome'
import { evolveOrder } from './order-state'

export interface Projected {
  /** Orders that have changed, as they are now. */
  readonly changed: readonly Order[]
  /** Each version of each order once, the first that was seen: what a repeat brings is left out. */
  readonly history: readonly OrderEvent[]
}

/**
 * Folds a batch into the orders as they stand. Events up to an order's version were folded before and are passed over;
 * the others are taken by version, so that neither repeats nor a batch that overlaps the last one does harm.
 */
export function project(present: ReadonlyMap<string, Order>, batch: readonly OrderEvent[]): Projected {
  const histories = [...byOrder(batch).values()]
  const changed = histories.flatMap((events) => {
    const before = present.get(events[0]!.aggregateId) ?? null
    const after = events.reduce(
      (order, event) => (event.version > (order?.version ?? 0) ? evolveOrder(order, event) : order),
      before,
    )
    return after === null || after === before ? [] : [after]
  })
  return { changed, history: histories.flat() }
}

/** The events of each order, by version, each version once. */
function byOrder(batch: readonly OrderEvent[]): ReadonlyMap<string, readonly OrderEvent[]> {
  const versions = new Map<string, Map<number, OrderEvent>>()
  for (const event of batch) {
    const seen = versions.get(event.aggregateId) ?? new Map<number, OrderEvent>()
    versions.set(event.aggregateId, seen)
    if (!seen.has(event.version)) seen.set(event.version, event)
  }
  return new Map([...versions].map(([id, seen]) => [id, [...seen.values()].sort((a, b) => a.version - b.version)]))
}
