/** Compiled, not run: what may be written where. */
import { stream } from '../../dsl/stream'
import { json, long, nullable, string } from '../../serdes'
import { topic } from '../../topics'

interface Order {
  readonly id: string
  readonly total: number
}
interface Vip extends Order {
  readonly tier: number
}

const orders = topic('orders', { key: string, value: json<Order>() })
const vips = topic('vips', { key: string, value: json<Vip>() })
const totals = topic('totals', { key: string, value: long })
const numbered = topic('numbered', { key: long, value: json<Order>() })
const placed = stream(orders)

/** A topic of wider values takes narrower ones, and null is a tombstone everywhere. */
export const written = [
  stream(vips).to(orders),
  placed
    .mapValues(({ total }) => total)
    .to(totals, { name: 'totals', partitioner: (total, _, partitions) => total % partitions }),
  placed.mapValues(({ total }) => (total < 0 ? null : total)).to(totals),
  stream(topic('gaps', { key: string, value: nullable(long) })).to(totals),
  placed.to({ orders, others: orders }, ({ total }) => (total > 0 ? 'orders' : 'others')),
]

// @ts-expect-error says: 'number' is not assignable to type 'Order'
stream(totals).to(orders)
// @ts-expect-error says: Property 'tier' is missing in type 'Order' but required in type 'Vip'
placed.to(vips)
// @ts-expect-error the keys are of different types; says: 'string' is not assignable to type 'number'
placed.to(numbered)
// @ts-expect-error says: 'string' is not assignable to type 'number'
placed.mapValues((order) => order.id).to(totals)
// @ts-expect-error a topic that was not declared to the sink; says: '"others"' is not assignable to type '"orders"'
placed.to({ orders }, ({ total }) => (total > 0 ? 'orders' : 'others'))
// @ts-expect-error one of the topics takes other values; says: Topic<string, number>
placed.to({ orders, totals }, () => 'orders')
