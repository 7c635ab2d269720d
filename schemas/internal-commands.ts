/**
 * What the later stages have to tell an order. These commands are made from payment-events, dispatch-events and
 * delivery-events inside the order's own task and decided there at once: they are on no topic and have no schema.
 */
import type { OrderCommand } from './generated/order-command'

interface InternalCommand {
  /** Derived from the event it was made from. */
  readonly commandId: string
  readonly expectedVersion: null
}

export interface RecordPaymentProcessed extends InternalCommand {
  readonly commandType: 'RecordPaymentProcessed'
  readonly paymentId: string
  /** Decimal text with 2 digits after the point. */
  readonly amount: string
}

export interface RecordPaymentFailed extends InternalCommand {
  readonly commandType: 'RecordPaymentFailed'
  readonly reason: string
}

export interface RecordPaymentRefunded extends InternalCommand {
  readonly commandType: 'RecordPaymentRefunded'
  readonly paymentId: string
  readonly refundId: string
}

export interface RecordDispatch extends InternalCommand {
  readonly commandType: 'RecordDispatch'
  readonly dispatchId: string
  readonly restaurantId: string | null
}

export interface RecordDelivery extends InternalCommand {
  readonly commandType: 'RecordDelivery'
  /** Milliseconds since the epoch. */
  readonly deliveredAt: number
}

export type InternalOrderCommand =
  | RecordPaymentProcessed
  | RecordPaymentFailed
  | RecordPaymentRefunded
  | RecordDispatch
  | RecordDelivery

/** All that an order is ever asked to decide. */
export type AnyOrderCommand = OrderCommand | InternalOrderCommand
