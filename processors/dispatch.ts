/** The dispatch stage: a confirmed order meets its payment and goes to a courier. */
import type { OrderDispatched } from '../schemas/generated/dispatch-event'
import type { OrderConfirmed, OrderEvent } from '../schemas/generated/order-event'
import type { PaymentEvent, PaymentProcessed } from '../schemas/generated/payment-event'
import { derivedId } from './ids'

export function isConfirmed(event: OrderEvent): event is OrderConfirmed {
  return event.eventType === 'OrderConfirmed'
}

export function isProcessed(event: PaymentEvent): event is PaymentProcessed {
  return event.eventType === 'PaymentProcessed'
}

/**
 * The dispatch of an order by its confirmation and one of its payments; null when it was another payment that confirmed
 * it (that one is refunded). Whichever comes first, and however often, the result is the same event.
 */
export function plan(confirmed: OrderConfirmed, paid: PaymentProcessed): OrderDispatched | null {
  if (confirmed.paymentId !== paid.paymentId) return null
  const { aggregateId, eventId, version, paymentId, restaurantId } = confirmed
  return {
    eventId: derivedId('dispatch-event', eventId),
    aggregateId,
    occurredOn: Math.max(confirmed.occurredOn, paid.occurredOn),
    version,
    eventType: 'OrderDispatched',
    causationId: eventId,
    dispatchId: derivedId('dispatch', aggregateId),
    paymentId,
    restaurantId,
  }
}

export function isPlanned(dispatched: OrderDispatched | null): dispatched is OrderDispatched {
  return dispatched !== null
}
