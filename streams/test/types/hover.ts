/** Compiled, not run: what an editor shows for a handle without an annotation. See types.test.ts. */
import { stream } from '../../dsl/stream'
import { json, long, string } from '../../serdes'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { topic } from '../../topics'

export interface Order {
  readonly customer: string
  readonly total: number
}

const totals = timestampedKeyValueStore('totals', { key: string, value: long })

export const orders = stream(topic('orders', { key: string, value: json<Order>() }))
export const kept = orders.filter(({ total }) => total > 0).peek(() => undefined)
export const amounts = kept.mapValues(({ total }) => total)
export const byCustomer = kept.map(({ customer, total }) => [customer, total] as const)
export const { small, large } = kept.split({ small: ({ total }) => total < 100 }, 'large')
export const merged = amounts.merge(byCustomer)
export const repartitioned = byCustomer.repartition('by-customer', { key: string, value: long })
export const perCustomer = repartitioned.groupByKey().reduce((sum, total) => sum + total, totals)
export const rising = perCustomer.filter((total) => total > 1000)
export const changes = rising.toStream()
