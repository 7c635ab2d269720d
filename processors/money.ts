/**
 * Money is exact: on every wire and in every state it is a decimal text with two places ("45.99"), and it is added and
 * compared in cents. Binary fractions appear only at the edge, where JSON has nothing else.
 */
export type Money = string

const decimal = /^(\d{1,10})(?:\.(\d{1,2}))?$/

/** The largest amount a decimal(12, 2) holds. */
export const maxMoney: Money = '9999999999.99'

/** The amount in cents, or undefined where the text is not an unsigned decimal of at most ten digits and two places. */
export function centsOf(text: string): bigint | undefined {
  const match = decimal.exec(text)
  return match === null ? undefined : BigInt(match[1]!) * 100n + BigInt((match[2] ?? '').padEnd(2, '0'))
}

/** Two places, always: 4599n is "45.99" and 4500n is "45.00". */
export function moneyOf(cents: bigint): Money {
  const digits = cents.toString().padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Cents of an amount this system wrote itself. @throws RangeError when the text is no amount, which is a defect. */
export function cents(amount: Money): bigint {
  const value = centsOf(amount)
  if (value === undefined) throw new RangeError(`"${amount}" is not an amount of money`)
  return value
}

/** What the items cost together, in cents. */
export function sumOfItems(items: readonly { readonly price: Money; readonly quantity: number }[]): bigint {
  return items.reduce((sum, item) => sum + cents(item.price) * BigInt(item.quantity), 0n)
}
