/** Every store of the platform, declared once. */
import { type Aggregate, joinStores, json, keyValueStore, string } from 'millrace'
import type { Cart } from '../schemas/generated/cart-outcome'
import type { OrderConfirmed } from '../schemas/generated/order-event'
import type { PaymentProcessed } from '../schemas/generated/payment-event'
import type { OrderState } from './order'

/** The order decider's fold of order-events, per order. */
export const orderState = keyValueStore('order-state', { key: string, value: json<Aggregate<OrderState | null>>() })

/** The cart decider's fold of cart-events, per cart. */
export const cartState = keyValueStore('cart-state', { key: string, value: json<Aggregate<Cart | null>>() })

/** Confirmed orders and payments that wait for each other, or for one that may still come. */
export const awaitingDispatch = joinStores('awaiting-dispatch', {
  key: string,
  left: json<OrderConfirmed>(),
  right: json<PaymentProcessed>(),
})
