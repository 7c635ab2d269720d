/**
 * How older versions of events are read as the present ones, where Avro alone cannot tell. What was ever written is read for
 * ever, so nothing is ever removed here; `test/golden` holds bytes of every version.
 */
import { upcast } from 'millrace'
import type { OrderCancelled } from './generated/order-event'
import { orderCancelledV1Schema } from './history/generated/order-cancelled.v1'

/** What the payment stage gave as its reason before a cancellation said who was behind it. */
const refusedPayment =
  /^(the card was declined|the amount .* (is not an amount of money|is above the limit of the card))$/

/** Version 1 did not say who gave the order up. Avro would answer `unknown`; the reason tells more. */
export const orderCancelled = upcast(
  orderCancelledV1Schema,
  (v1): OrderCancelled => ({ ...v1, cancelledBy: refusedPayment.test(v1.reason) ? 'payment' : 'customer' }),
)
