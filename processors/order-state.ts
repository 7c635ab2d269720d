import type { Outcome } from 'millrace'
import type { OrderEvent } from '../schemas/generated/order-event'
import { newOrder, type Order, type OrderOutcome } from '../schemas/generated/order-outcome'
import type { OrderState, OwedRefund } from '../state/order'

/**
 * How an event changes the order as everyone sees it. The read model and the decider share this one fold.
 * An event of an order whose creation was never seen changes nothing.
 */
export function evolveOrder(order: Order | null, event: OrderEvent): Order | null {
  if (event.eventType === 'OrderCreated') return opened(event)
  if (order === null) return null
  const touched = { ...order, version: event.version, updatedAt: event.occurredOn }
  switch (event.eventType) {
    case 'OrderConfirmed':
      return { ...touched, status: 'confirmed', paymentId: event.paymentId }
    case 'OrderCancelled':
      return { ...touched, status: 'cancelled', reason: event.reason }
    case 'OrderDispatched':
      return { ...touched, status: 'dispatched' }
    case 'OrderDelivered':
      return { ...touched, status: 'delivered' }
    case 'OrderRefundRequested':
    case 'OrderRefunded':
      return touched
  }
}

function opened(event: Extract<OrderEvent, { eventType: 'OrderCreated' }>): Order {
  return {
    orderId: event.aggregateId,
    customerId: event.customerId,
    restaurantId: event.restaurantId,
    totalAmount: event.totalAmount,
    items: event.items,
    status: 'created',
    version: event.version,
    paymentId: null,
    reason: null,
    createdAt: event.occurredOn,
    updatedAt: event.occurredOn,
    deliveryAddress: event.deliveryAddress,
  }
}

/** The decider's fold: the order, and beside it the money. */
export function evolveOrderState(state: OrderState | null, event: OrderEvent): OrderState | null {
  const order = evolveOrder(state, event)
  if (order === null) return null
  const { paidAmount, refunds } = state ?? { paidAmount: null, refunds: [] }
  switch (event.eventType) {
    case 'OrderConfirmed':
      return { ...order, paidAmount: event.amount, refunds }
    case 'OrderRefundRequested':
      return { ...order, paidAmount, refunds: [...refunds, owed(event)] }
    case 'OrderRefunded':
      return { ...order, paidAmount, refunds: refunds.map((refund) => settled(refund, event)) }
    default:
      return { ...order, paidAmount, refunds }
  }
}

function owed({ paymentId, amount }: Extract<OrderEvent, { eventType: 'OrderRefundRequested' }>): OwedRefund {
  return { paymentId, amount, refundId: null }
}

function settled(refund: OwedRefund, event: Extract<OrderEvent, { eventType: 'OrderRefunded' }>): OwedRefund {
  return refund.paymentId === event.paymentId ? { ...refund, refundId: event.refundId } : refund
}

/** The order without what only the decider needs. */
export function orderOf(state: OrderState | null): Order | null {
  if (state === null) return null
  const { paidAmount, refunds, ...order } = state
  // Also what was remembered before an order had all the fields it has today.
  return newOrder(order)
}

/** The outcome as it is sent: with the order as everyone sees it. */
export function withoutMoney(outcome: Outcome<OrderState | null>): OrderOutcome {
  return { ...outcome, state: orderOf(outcome.state) }
}
