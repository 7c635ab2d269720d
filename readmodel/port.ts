import type { OrderEvent } from '../schemas/generated/order-event'
import type { Order, OrderStatus } from '../schemas/generated/order-outcome'

/** Where a page of a list ends. Lists run from the newest order to the oldest; orders of one instant by descending id. */
export interface Position {
  /** ms */
  readonly createdAt: number
  readonly orderId: string
}

export interface OrderQuery {
  readonly customerId?: string
  readonly status?: OrderStatus
  /** At least 1. */
  readonly limit: number
  /** Only orders behind this position. It stays right while orders come and change, since no order changes its place. */
  readonly after?: Position
}

export interface OrderPage {
  readonly orders: readonly Order[]
  /** Where the next page begins; null on the last page. */
  readonly next: Position | null
}

/**
 * Orders and their histories, as they are asked for. It is fed with order-events in the order of each order's versions,
 * each at least once: what it has seen already changes nothing, and no order ever goes back to an older version.
 */
export interface OrderReadModel {
  /** Resolves when all of it will survive this process. @throws OutageError STATE_UNAVAILABLE: to be tried again */
  apply(events: readonly OrderEvent[]): Promise<void>
  /** @throws OutageError STATE_UNAVAILABLE, as do the other questions */
  get(orderId: string): Promise<Order | undefined>
  list(query: OrderQuery): Promise<OrderPage>
  /** The history of an order, by version; empty where there is none. */
  events(orderId: string): Promise<readonly OrderEvent[]>
  close(): Promise<void>
}
