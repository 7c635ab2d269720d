/** Compiled, not run: what stream-stream joins let through and what they refuse. */
import { joinStores } from '../../dsl/join-stores'
import { type Stream, stream } from '../../dsl/stream'
import { within } from '../../dsl/within'
import { json, long, nullable, string } from '../../serdes'
import { topic } from '../../topics'

interface Created {
  readonly type: 'created'
  readonly customer: string
}
interface Cancelled {
  readonly type: 'cancelled'
}
interface Paid {
  readonly amount: number
}

const events = topic('events', { key: string, value: json<Created | Cancelled>() })
const payments = topic('payments', { key: string, value: json<Paid>() })
const byNumber = topic('by-number', { key: long, value: json<Paid>() })
const gaps = topic('gaps', { key: nullable(string), value: nullable(json<Paid>()) })

const created = stream(events).filter((event) => event.type === 'created')
const hours = within({ hours: 2, grace: { minutes: 5 } })
const stores = joinStores('open', { key: string, left: json<Created>(), right: json<Paid>() })

/** All types are inferred; the key comes last. */
export const shipped: Stream<string, { order: string; customer: string; amount: number }> = created.join(
  stream(payments),
  (order, payment, key) => ({ order: key, customer: order.customer, amount: payment.amount }),
  hours,
  stores,
)

/** A serde of a wider type can keep what is narrower. */
export const wider: Stream<string, string> = created.join(
  stream(payments),
  (order) => order.customer,
  hours,
  joinStores('wide', { key: string, left: events.value, right: payments.value }),
)

/** What the topic may leave null never reaches the joiner as null, unless the side has no partner. */
export const filled: Stream<string | null, number> = stream(gaps).join(
  stream(gaps),
  (left, right) => left.amount + right.amount,
  hours,
  joinStores('filled', { key: string, left: json<Paid>(), right: json<Paid>() }),
)

export const unpaid: Stream<string, number> = created.leftJoin(
  stream(payments),
  // @ts-expect-error the right side of a left join may be missing
  (_order, payment) => payment.amount,
  hours,
  stores,
)

export const either: Stream<string, string> = created.outerJoin(
  stream(payments),
  // @ts-expect-error the left side of an outer join may be missing
  (order) => order.customer,
  hours,
  stores,
)

// @ts-expect-error the keys are of different types
export const mixed = created.join(stream(byNumber), (order) => order.customer, hours, stores)

const keyedByNumber = joinStores('k', { key: long, left: json<Created>(), right: json<Paid>() })
// @ts-expect-error the stores are of another key
created.join(stream(payments), () => 0, hours, keyedByNumber)

created.join(
  stream(payments),
  () => 0,
  hours,
  // @ts-expect-error the stores are of other values on the right
  joinStores('v', { key: string, left: json<Created>(), right: string }),
)

// @ts-expect-error there are no windows that join everything
created.join(stream(payments), () => 0, stores)

// @ts-expect-error a week is not a unit
within({ weeks: 1 })
