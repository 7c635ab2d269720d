/** How fast the plain serdes are. `npx tsx --conditions=source streams/bench/serdes.ts` */
import { json, long, type Serde, string } from '../serdes'
import { measure } from './rounds'

const COUNT = 20_000

const orders = Array.from({ length: COUNT }, (_, at) => ({
  orderId: `order-${at}`,
  customerId: `customer-${at % 997}`,
  status: 'CONFIRMED',
  amountCents: at,
  note: 'x'.repeat(90),
}))

function both<T>(name: string, serde: Serde<T>, values: readonly T[]): void {
  const opened = serde.open({ topic: 'bench', role: 'value' })
  const bytes = values.map((value) => Buffer.from(opened.encode(value)!))
  let seen = 0
  measure(`${name}: encode`, COUNT, () => {
    for (const value of values) seen += opened.encode(value)!.length
  })
  measure(`${name}: decode`, COUNT, () => {
    for (const one of bytes) if (opened.decode(one) !== null) seen += 1
  })
  if (seen === 0) throw new Error('nothing was done')
}

both(
  'string',
  string,
  orders.map(({ orderId }) => orderId),
)
both(
  'long',
  long,
  orders.map((_, at) => at * 1_000_003),
)
both('json of 170 bytes', json<(typeof orders)[number]>(), orders)
