/** Compiled, not run: what joins by foreign keys and with global tables let through and what they refuse. */
import { type GlobalTable, globalTable } from '../../dsl/global-table'
import { type Stream, stream } from '../../dsl/stream'
import { type Table, table } from '../../dsl/table'
import { json, long, nullable, string } from '../../serdes'
import { keyValueStore, timestampedKeyValueStore } from '../../stores/declaration'
import { topic } from '../../topics'

interface Order {
  readonly customer: string | null
  readonly amount: number
}
const orderTopic = topic('orders', { key: long, value: json<Order>() })
const customerTopic = topic('customers', { key: string, value: string })
const orders = table(orderTopic, timestampedKeyValueStore('orders', { key: long, value: json<Order>() }))
const customers = table(customerTopic, timestampedKeyValueStore('customers', { key: string, value: string }))
const texts = timestampedKeyValueStore('named', { key: long, value: string })

const customerOf = ({ customer }: Order) => customer
const named = ({ amount }: Order, name: string) => `${amount} by ${name}`

export const joined: Table<number, string> = orders.join(customers, customerOf, named, { name: 'ordering' })
export const kept: Table<number, string> = orders.join(customers, customerOf, named, { name: 'ordering', store: texts })
export const keyed: Table<number, boolean> = orders.leftJoin(
  customers,
  (order, key) => (key > 0 ? order.customer : null),
  (order, name, key) => order.amount > key && name === null,
  { name: 'ordering', value: json<Order>(), otherKey: string },
)

// @ts-expect-error the foreign key is not of the other table's type
orders.join(customers, ({ amount }) => amount, named, { name: 'ordering' })
// @ts-expect-error the right row of a left join may be missing
orders.leftJoin(customers, customerOf, named, { name: 'ordering' })
// @ts-expect-error its topics and its store are named by hand
orders.join(customers, customerOf, named, {})
// @ts-expect-error the result does not fit its store
orders.join(customers, customerOf, ({ amount }) => amount, { name: 'ordering', store: texts })
// @ts-expect-error the serde is not of this table's key
orders.join(customers, customerOf, named, { name: 'ordering', key: string })

const rateStore = timestampedKeyValueStore('rates', { key: string, value: long })
export const rates: GlobalTable<string, number> = globalTable(
  topic('rates', { key: nullable(string), value: nullable(long) }),
  rateStore,
)
const payments = stream(topic('payments', { key: long, value: nullable(string) }))

export const valued: Stream<number, number> = payments.join(
  rates,
  (currency) => currency,
  (currency, rate, key) => currency.length * rate * key,
)
export const perhaps: Stream<number, number | null> = payments.leftJoin(
  rates,
  (currency) => currency,
  (_, rate) => rate,
)

const currencyOf = (currency: string) => currency
const numberOf = (currency: string) => currency.length
const rateOf = (_: string, rate: number) => rate
// @ts-expect-error the selected key is not of the table's type
payments.join(rates, numberOf, rateOf)
// @ts-expect-error the row of a left join may be missing
payments.leftJoin(rates, currencyOf, rateOf)
// @ts-expect-error a global table keeps timestamps with its rows
globalTable(customerTopic, keyValueStore('customers', { key: string, value: string }))
// @ts-expect-error the store's value is not the topic's
globalTable(customerTopic, rateStore)
// @ts-expect-error a global table is no table of the task: its changes make no results
rates.toStream()
