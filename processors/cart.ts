/** A cart collects items until it is checked out and becomes an order, once. */
import type { Decider, Refusal, Unstamped } from 'millrace'
import type { AddCartItem, CartCommand, CheckOutCart, RemoveCartItem } from '../schemas/generated/cart-command'
import type { CartCheckedOut, CartEvent, CartItemAdded } from '../schemas/generated/cart-event'
import type { Cart, CartItem } from '../schemas/generated/cart-outcome'
import { faultOf, limits, totalOf } from './items'
import { centsOf } from './money'
import { refused } from './refusals'

export type DecidedCartEvent = Unstamped<CartEvent>
type Decision = readonly DecidedCartEvent[] | Refusal

export const cart: Decider<Cart | null, CartCommand, CartEvent> = Object.freeze({
  initial: null,
  decide: (command: CartCommand, state: Cart | null): Decision => {
    if (state?.status === 'checkedOut') {
      return refused('CART_CHECKED_OUT', `the cart was checked out as order ${state.orderId}`)
    }
    if (command.commandType === 'AddCartItem') return add(command, state?.items ?? [])
    if (state === null) return refused('CART_UNKNOWN', 'there is no such cart')
    return command.commandType === 'RemoveCartItem' ? remove(command, state) : checkOut(command, state)
  },
  evolve: evolveCart,
})

export function isCheckedOut(event: CartEvent): event is CartCheckedOut {
  return event.eventType === 'CartCheckedOut'
}

function add({ menuItemId, name, price, quantity }: AddCartItem, items: readonly CartItem[]): Decision {
  const present = items.find((item) => item.menuItemId === menuItemId)?.quantity
  if (present === undefined && items.length >= limits.items) {
    return refused('CART_FULL', `a cart holds at most ${limits.items} different items`)
  }
  if (!Number.isInteger(quantity) || quantity < 1 || (present ?? 0) + quantity > limits.quantity) {
    return refused('QUANTITY_INVALID', `a cart holds between 1 and ${limits.quantity} pieces of an item`)
  }
  if (centsOf(price) === undefined) return refused('AMOUNT_INVALID', `the price of ${menuItemId} is ${price}`)
  return [{ eventType: 'CartItemAdded', menuItemId, name, price, quantity }]
}

function remove({ menuItemId }: RemoveCartItem, { items }: Cart): Decision {
  const present = items.some((item) => item.menuItemId === menuItemId)
  return present
    ? [{ eventType: 'CartItemRemoved', menuItemId }]
    : refused('CART_ITEM_UNKNOWN', `the cart has no item ${menuItemId}`)
}

function checkOut(command: CheckOutCart, { items }: Cart): Decision {
  if (items.length === 0) return refused('CART_EMPTY', 'the cart is empty')
  const totalAmount = command.totalAmount ?? totalOf(items)
  if (totalAmount === undefined) return refused('AMOUNT_INVALID', 'the items cost more than an order can')
  const { orderId, customerId, restaurantId, deliveryAddress } = command
  return (
    faultOf(items, totalAmount) ?? [
      { eventType: 'CartCheckedOut', orderId, customerId, restaurantId, totalAmount, items, deliveryAddress },
    ]
  )
}

function evolveCart(cart: Cart | null, event: CartEvent): Cart {
  const touched = { ...(cart ?? opened(event)), version: event.version, updatedAt: event.occurredOn }
  switch (event.eventType) {
    case 'CartItemAdded':
      return { ...touched, items: withItem(touched.items, event) }
    case 'CartItemRemoved':
      return { ...touched, items: touched.items.filter((item) => item.menuItemId !== event.menuItemId) }
    case 'CartCheckedOut':
      return { ...touched, status: 'checkedOut', orderId: event.orderId }
  }
}

function opened({ aggregateId, version, occurredOn }: CartEvent): Cart {
  return {
    cartId: aggregateId,
    items: [],
    status: 'open',
    version,
    orderId: null,
    createdAt: occurredOn,
    updatedAt: occurredOn,
  }
}

/** More of an item adds to what is there, under the name and price it was last added with. */
function withItem(
  items: readonly CartItem[],
  { menuItemId, name, price, quantity }: CartItemAdded,
): readonly CartItem[] {
  const present = items.find((item) => item.menuItemId === menuItemId)
  if (present === undefined) return [...items, { menuItemId, name, price, quantity }]
  return items.map((item) =>
    item === present ? { menuItemId, name, price, quantity: item.quantity + quantity } : item,
  )
}
