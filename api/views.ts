/** Orders, carts and events as JSON: money as numbers of at most 2 decimals, times as ISO 8601. */
import { type Money, moneyOf, sumOfItems } from '../processors/money'
import type { Cart } from '../schemas/generated/cart-outcome'
import type { OrderEvent } from '../schemas/generated/order-event'
import type { Order } from '../schemas/generated/order-outcome'
import type { CartView, EventView, OrderView } from './schemas'

/** Every amount of at most 12 digits is printed by JSON as it was: the shortest number that reads back as this one is itself. */
const number = (amount: Money): number => Number(amount)
const time = (ms: number): string => new Date(ms).toISOString()
const priced = (items: Order['items']) => items.map((item) => ({ ...item, price: number(item.price) }))

export function orderView(order: Order): OrderView {
  return {
    orderId: order.orderId,
    status: order.status,
    version: order.version,
    customerId: order.customerId,
    restaurantId: order.restaurantId,
    totalAmount: number(order.totalAmount),
    items: priced(order.items),
    paymentId: order.paymentId,
    reason: order.reason,
    deliveryAddress: order.deliveryAddress,
    createdAt: time(order.createdAt),
    updatedAt: time(order.updatedAt),
  }
}

export function cartView(cart: Cart): CartView {
  return {
    cartId: cart.cartId,
    status: cart.status,
    version: cart.version,
    items: priced(cart.items),
    totalAmount: number(moneyOf(sumOfItems(cart.items))),
    orderId: cart.orderId,
    createdAt: time(cart.createdAt),
    updatedAt: time(cart.updatedAt),
  }
}

export function eventView(event: OrderEvent): EventView {
  const view = { ...event, occurredOn: time(event.occurredOn) }
  switch (event.eventType) {
    case 'OrderCreated':
      return { ...view, totalAmount: number(event.totalAmount), items: priced(event.items) }
    case 'OrderConfirmed':
    case 'OrderRefundRequested':
      return { ...view, amount: number(event.amount) }
    case 'OrderDelivered':
      return { ...view, deliveredAt: time(event.deliveredAt) }
    default:
      return view
  }
}

export function etag(version: number): string {
  return `"${version}"`
}
