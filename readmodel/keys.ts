import type { Order } from '../schemas/generated/order-outcome'
import type { OrderQuery, Position } from './port'

/**
 * The keys of the embedded read model. Parts are joined by `/`, which no escaped part contains, so that no id can reach
 * into another's range; numbers are padded, so that their order is the order of the bytes.
 *
 *     o/<order>                                     the order
 *     e/<order>/<version>                           one event of its history
 *     a/<created>/<order>                           all orders by age, and the same
 *     c/<customer>/<created>/<order>                of a customer,
 *     s/<status>/<created>/<order>                  in a status,
 *     b/<customer>/<status>/<created>/<order>       and both
 */
export interface KeyRange {
  readonly gte: string
  readonly lt: string
}

const lastDigit = 15

/** Lone surrogates have no UTF-8; what the log gives has none, and what comes by other ways must not throw here. */
const escaped = (part: string) => encodeURIComponent(part.replace(/\p{Cs}/gu, '\ufffd'))
const padded = (value: number) => String(Math.max(0, value)).padStart(lastDigit + 1, '0')

export function orderKey(orderId: string): string {
  return `o/${escaped(orderId)}`
}

export function eventKey(orderId: string, version: number): string {
  return `e/${escaped(orderId)}/${padded(version)}`
}

export function eventKeys(orderId: string): KeyRange {
  return within(`e/${escaped(orderId)}/`)
}

/** The keys under which an order is found in the lists. */
export function indexKeys({ customerId, status, createdAt, orderId }: Order): readonly string[] {
  const place = placeOf({ createdAt, orderId })
  return [{}, { customerId }, { status }, { customerId, status }].map((filter) => prefixOf(filter) + place)
}

/** The entries a list may show, the newest last: to be read backwards. */
export function listKeys({ after, ...filter }: Omit<OrderQuery, 'limit'>): KeyRange {
  const range = within(prefixOf(filter))
  return after === undefined ? range : { gte: range.gte, lt: prefixOf(filter) + placeOf(after) }
}

/** The key of the order that an index entry points to. */
export function orderKeyOf(indexKey: string): string {
  return `o/${indexKey.slice(indexKey.lastIndexOf('/') + 1)}`
}

function prefixOf({ customerId, status }: Pick<OrderQuery, 'customerId' | 'status'>): string {
  if (customerId === undefined) return status === undefined ? 'a/' : `s/${status}/`
  return status === undefined ? `c/${escaped(customerId)}/` : `b/${escaped(customerId)}/${status}/`
}

function placeOf({ createdAt, orderId }: Position): string {
  return `${padded(createdAt)}/${escaped(orderId)}`
}

/** All keys that begin with a prefix that ends with `/`: the next character after it is `0`. */
function within(prefix: string): KeyRange {
  return { gte: prefix, lt: `${prefix.slice(0, -1)}0` }
}
