import { Decimal128 } from 'mongodb'
import type { OrderEvent } from '../schemas/generated/order-event'
import { newOrder, type Order } from '../schemas/generated/order-outcome'

type ItemDocument = Omit<Order['items'][number], 'price'> & { readonly price: Decimal128 }

/** An order as MongoDB keeps it: amounts and times in its own types, so that they can be summed and compared there. */
export type OrderDocument = Omit<Order, 'orderId' | 'totalAmount' | 'items' | 'createdAt' | 'updatedAt'> & {
  readonly _id: string
  readonly totalAmount: Decimal128
  readonly items: readonly ItemDocument[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** An event of a history, as it was written to order-events. */
export type EventDocument = OrderEvent extends infer E
  ? E extends OrderEvent
    ? Omit<E, 'eventId'> & { readonly _id: string }
    : never
  : never

export function documentOf({ orderId, totalAmount, items, createdAt, updatedAt, ...order }: Order): OrderDocument {
  return {
    _id: orderId,
    ...order,
    totalAmount: Decimal128.fromString(totalAmount),
    items: items.map((item) => ({ ...item, price: Decimal128.fromString(item.price) })),
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
  }
}

export function orderOf({ _id, totalAmount, items, createdAt, updatedAt, ...order }: OrderDocument): Order {
  // Also an order that was kept before it had all the fields it has today.
  return newOrder({
    orderId: _id,
    ...order,
    totalAmount: totalAmount.toString(),
    items: items.map((item) => ({ ...item, price: item.price.toString() })),
    createdAt: createdAt.getTime(),
    updatedAt: updatedAt.getTime(),
  })
}

export function eventDocumentOf({ eventId, ...event }: OrderEvent): EventDocument {
  return { _id: eventId, ...event }
}

export function eventOf({ _id, ...event }: EventDocument): OrderEvent {
  return { eventId: _id, ...event }
}
