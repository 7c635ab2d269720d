/** Every store of the platform, declared once. */
import { type Aggregate, json, keyValueStore, string } from 'millrace'
import type { Cart } from '../schemas/generated/cart-outcome'
import type { OrderState } from './order'

/** The order decider's fold of order-events, per order. */
export const orderState = keyValueStore('order-state', { key: string, value: json<Aggregate<OrderState | null>>() })

/** The cart decider's fold of cart-events, per cart. */
export const cartState = keyValueStore('cart-state', { key: string, value: json<Aggregate<Cart | null>>() })
