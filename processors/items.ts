import type { Refusal } from 'millrace'
import { centsOf, type Money, moneyOf, sumOfItems } from './money'
import { refused } from './refusals'

export interface PricedItem {
  readonly menuItemId: string
  readonly name: string
  readonly price: Money
  readonly quantity: number
}

/** Bounds that hold for an order however it came about: by HTTP, from a cart, or by a record put on the topic. */
export const limits = Object.freeze({ items: 100, quantity: 1_000 })

/** What is wrong with items and the total asked for them. The total may exceed their sum (fees, tips), never fall below. */
export function faultOf(items: readonly PricedItem[], total: Money): Refusal | undefined {
  if (items.length === 0) return refused('ITEMS_INVALID', 'there are no items')
  if (items.length > limits.items) return refused('ITEMS_INVALID', `there are more than ${limits.items} items`)
  for (const { menuItemId, price, quantity } of items) {
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > limits.quantity) {
      return refused(
        'QUANTITY_INVALID',
        `the quantity of ${menuItemId} is ${quantity}, not between 1 and ${limits.quantity}`,
      )
    }
    if (centsOf(price) === undefined) return refused('AMOUNT_INVALID', `the price of ${menuItemId} is ${price}`)
  }
  const asked = centsOf(total)
  if (asked === undefined) return refused('AMOUNT_INVALID', `the total is ${total}`)
  const sum = sumOfItems(items)
  if (asked < sum)
    return refused('TOTAL_BELOW_ITEMS', `the total ${total} is below the sum of the items, ${moneyOf(sum)}`)
  return undefined
}

/** The sum of the items as an amount, or undefined where it is more than an amount can hold. */
export function totalOf(items: readonly PricedItem[]): Money | undefined {
  const total = moneyOf(sumOfItems(items))
  return centsOf(total) === undefined ? undefined : total
}
