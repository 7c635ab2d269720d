/** The payment stage: which order events move money, and what is said of it afterwards. */
import type { OrderConfirmed, OrderCreated, OrderEvent, OrderRefundRequested } from '../schemas/generated/order-event'
import type { PaymentEvent } from '../schemas/generated/payment-event'
import { derivedId } from './ids'
import type { Money } from './money'

export interface Charge {
  readonly orderId: string
  readonly customerId: string
  readonly amount: Money
}

export type ChargeResult =
  | { readonly approved: true; readonly paymentId: string }
  | { readonly approved: false; readonly reason: string }

export interface Refund {
  readonly orderId: string
  readonly paymentId: string
  readonly amount: Money
}

export interface RefundResult {
  readonly refundId: string
}

/** Events on which the payment stage acts: a new order is charged, a refund asked for is made, a customer's payment is written down. */
export type PaymentTrigger = OrderCreated | OrderRefundRequested | OrderConfirmed

/** Answers such an event, by a call to the outside; made for `mapAsync`. */
export type PaymentStage = (event: PaymentTrigger, orderId: string, signal: AbortSignal) => Promise<PaymentEvent>

export function movesMoney(event: OrderEvent): event is PaymentTrigger {
  switch (event.eventType) {
    case 'OrderCreated':
    case 'OrderRefundRequested':
      return true
    case 'OrderConfirmed':
      return event.confirmedBy === 'customer'
    default:
      return false
  }
}

export function chargeFor({ aggregateId, customerId, totalAmount }: OrderCreated): Charge {
  return { orderId: aggregateId, customerId, amount: totalAmount }
}

export function refundFor({ aggregateId, paymentId, amount }: OrderRefundRequested): Refund {
  return { orderId: aggregateId, paymentId, amount }
}

/** What the gateway's answer to a charge means; `at` is when it came (ms). */
export function charged(created: OrderCreated, result: ChargeResult, at: number): PaymentEvent {
  const envelope = answerTo(created, at)
  return result.approved
    ? {
        ...envelope,
        eventType: 'PaymentProcessed',
        paymentId: result.paymentId,
        amount: created.totalAmount,
        method: 'card',
      }
    : { ...envelope, eventType: 'PaymentFailed', reason: result.reason }
}

/** `at` is when the gateway gave the money back (ms). */
export function refunded(requested: OrderRefundRequested, { refundId }: RefundResult, at: number): PaymentEvent {
  const { paymentId, amount } = requested
  return { ...answerTo(requested, at), eventType: 'PaymentRefunded', paymentId, refundId, amount }
}

/** A payment the customer made elsewhere and told us of: `payment-events` holds every payment. */
export function recorded(confirmed: OrderConfirmed): PaymentEvent {
  const { paymentId, amount, occurredOn } = confirmed
  return { ...answerTo(confirmed, occurredOn), eventType: 'PaymentProcessed', paymentId, amount, method: null }
}

/** The same order event is always answered by the same payment event, so that a repeat can be told from a second payment. */
function answerTo(event: PaymentTrigger, at: number) {
  return {
    eventId: derivedId('payment-event', event.eventId),
    aggregateId: event.aggregateId,
    occurredOn: at,
    version: event.version,
    causationId: event.eventId,
  } as const
}
