import type { Clock } from 'millrace'
import type { OrderReadModel } from '../readmodel/port'
import type { Order } from '../schemas/generated/order-outcome'

export interface FreshnessOptions {
  readonly orders: Pick<OrderReadModel, 'get'>
  readonly clock: Clock
  /** How long a reader waits for the read model (ms). */
  readonly patienceMs: number
  /** How many orders are remembered. */
  readonly capacity: number
}

/** Lets who has just written read what was written, although the read model comes after. */
export interface Freshness {
  /** From now on a reader of this order waits until the read model has reached this version. */
  remember(orderId: string, version: number): void
  /** The order at the version remembered or a later one; after the patience as the read model has it. */
  get(orderId: string): Promise<Order | undefined>
  /** Whether the order is known to exist, even if the read model does not know it yet. */
  knows(orderId: string): boolean
}

const firstLookMs = 5
const longestPauseMs = 50

export function freshness({ orders, clock, patienceMs, capacity }: FreshnessOptions): Freshness {
  const versions = new Map<string, number>()

  return {
    remember: (orderId, version) => {
      const known = versions.get(orderId) ?? 0
      versions.delete(orderId)
      versions.set(orderId, Math.max(known, version))
      // A map keeps the order of insertion: the first is the one that was written longest ago.
      if (versions.size > capacity) versions.delete(versions.keys().next().value as string)
    },
    get: async (orderId) => {
      const wanted = versions.get(orderId) ?? 0
      const until = clock.now() + patienceMs
      for (let pause = firstLookMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
        const order = await orders.get(orderId)
        if ((order?.version ?? 0) >= wanted || clock.now() >= until) return order
        await clock.sleep(pause)
      }
    },
    knows: (orderId) => (versions.get(orderId) ?? 0) > 0,
  }
}
