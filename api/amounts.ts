import { centsOf, type Money, maxMoney, moneyOf, sumOfItems } from '../processors/money'
import type { FieldError } from './problems'
import type { Item } from './schemas'

export interface PricedItem extends Omit<Item, 'price'> {
  readonly price: Money
}

/** An amount as it came, made exact, or what is wrong with it. A JSON number is read as it is printed: 45.99 is 45.99. */
export function amountAt(field: string, given: number | string): Money | FieldError {
  const text = typeof given === 'number' ? plain(given) : given
  const cents = centsOf(text)
  if (cents !== undefined) return moneyOf(cents)
  if (!/^-?\d+(\.\d+)?$/.test(text))
    return { field, message: 'must be an amount with at most 2 decimals, as a number or as text' }
  if (text.startsWith('-')) return { field, message: 'must not be negative' }
  return { field, message: /\.\d{3}/.test(text) ? 'must have at most 2 decimals' : `must be at most ${maxMoney}` }
}

export interface PricedOrder {
  readonly totalAmount: Money
  readonly items: readonly PricedItem[]
}

interface OfferedOrder {
  readonly totalAmount: number | string
  readonly items: readonly Item[]
}

/** An order's amounts made exact, or everything that is wrong with them. The total may exceed the sum of the items (fees, tips), never fall below it. */
export function pricedOrder(offered: OfferedOrder): PricedOrder | { readonly faults: readonly FieldError[] } {
  const totalAmount = amountAt('totalAmount', offered.totalAmount)
  const prices = offered.items.map(({ price }, index) => amountAt(`items[${index}].price`, price))
  const faults = [totalAmount, ...prices].filter(isFault)
  if (isFault(totalAmount) || faults.length > 0) return { faults: faults.slice(0, 10) }
  const items = offered.items.map(({ menuItemId, name, quantity }, index) => ({
    menuItemId,
    name,
    price: prices[index] as Money,
    quantity,
  }))
  const sum = sumOfItems(items)
  if ((centsOf(totalAmount) ?? 0n) >= sum) return { totalAmount, items }
  return { faults: [{ field: 'totalAmount', message: `must not be below the sum of the items, ${moneyOf(sum)}` }] }
}

export function isFault(value: unknown): value is FieldError {
  return typeof value === 'object' && value !== null && 'field' in value
}

/** Without an exponent: 1e21 is a one with 21 zeros, and 1e-7 has seven decimals. */
function plain(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  return Math.abs(value) < 1 ? value.toFixed(20).replace(/0+$/, '') : BigInt(value).toString()
}
