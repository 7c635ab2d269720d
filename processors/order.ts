/**
 * The one place where anything is decided about an order. HTTP commands and what payment, dispatch and delivery report
 * come here one after the other, so that a cancel and a dispatch can never both win.
 */
import type { Decider, Refusal, Unstamped } from 'millrace'
import type { CancelOrder, ConfirmOrder, CreateOrder } from '../schemas/generated/order-command'
import type { OrderEvent } from '../schemas/generated/order-event'
import type { AnyOrderCommand, RecordPaymentProcessed, RecordPaymentRefunded } from '../schemas/internal-commands'
import type { OrderState } from '../state/order'
import { faultOf } from './items'
import type { Money } from './money'
import { evolveOrderState } from './order-state'
import { type RefusalCode, refused } from './refusals'

export type DecidedOrderEvent = Unstamped<OrderEvent>
type Decision = readonly DecidedOrderEvent[] | Refusal

const nothing: readonly DecidedOrderEvent[] = Object.freeze([])

export const order: Decider<OrderState | null, AnyOrderCommand, OrderEvent> = Object.freeze({
  initial: null,
  decide: (command: AnyOrderCommand, state: OrderState | null): Decision => {
    if (command.commandType === 'CreateOrder') return create(command, state)
    if (state === null) return ofUnknown(command)
    switch (command.commandType) {
      case 'ConfirmOrder':
        return confirm(command, state)
      case 'CancelOrder':
        return cancel(command, state)
      case 'RecordPaymentProcessed':
        return paymentProcessed(command, state)
      case 'RecordPaymentFailed':
        return state.status === 'created' ? [cancelled(command.reason, 'payment')] : nothing
      case 'RecordPaymentRefunded':
        return paymentRefunded(command, state)
      case 'RecordDispatch': {
        const { dispatchId, restaurantId } = command
        return state.status === 'confirmed' ? [{ eventType: 'OrderDispatched', dispatchId, restaurantId }] : nothing
      }
      case 'RecordDelivery': {
        const { deliveredAt } = command
        return state.status === 'dispatched' ? [{ eventType: 'OrderDelivered', deliveredAt }] : nothing
      }
    }
  },
  evolve: evolveOrderState,
})

/** A customer hears that there is no such order; a report about one changes nothing. */
function ofUnknown({ commandType }: AnyOrderCommand): Decision {
  const asked = commandType === 'ConfirmOrder' || commandType === 'CancelOrder'
  return asked ? refused('ORDER_UNKNOWN', 'there is no such order') : nothing
}

function create(command: CreateOrder, state: OrderState | null): Decision {
  if (state !== null) return refused('ORDER_EXISTS', 'there is an order with this id already')
  const { customerId, restaurantId, totalAmount, items, deliveryAddress } = command
  const created = { eventType: 'OrderCreated', customerId, restaurantId, totalAmount, items, deliveryAddress } as const
  return faultOf(items, totalAmount) ?? [created]
}

function confirm({ paymentId }: ConfirmOrder, state: OrderState): Decision {
  if (state.status === 'created')
    return [confirmed(state, { paymentId, amount: state.totalAmount, confirmedBy: 'customer' })]
  if (state.status === 'confirmed' && state.paymentId === paymentId) return nothing
  return refusedAs(state, 'it cannot be confirmed')
}

function cancel({ reason }: CancelOrder, state: OrderState): Decision {
  if (state.status === 'created') return [cancelled(reason, 'customer')]
  if (state.status !== 'confirmed') return refusedAs(state, 'it cannot be cancelled')
  const { paymentId, paidAmount, totalAmount } = state
  return [
    cancelled(reason, 'customer'),
    ...refund(state, { paymentId: paymentId!, amount: paidAmount ?? totalAmount }, 'the order was cancelled'),
  ]
}

function cancelled(reason: string, cancelledBy: 'customer' | 'payment'): DecidedOrderEvent {
  return { eventType: 'OrderCancelled', reason, cancelledBy }
}

function paymentProcessed({ paymentId, amount }: RecordPaymentProcessed, state: OrderState): Decision {
  if (state.status === 'created') return [confirmed(state, { paymentId, amount, confirmedBy: 'payment' })]
  if (state.status === 'cancelled') return refund(state, { paymentId, amount }, 'the order was cancelled')
  return paymentId === state.paymentId ? nothing : refund(state, { paymentId, amount }, 'the order was paid already')
}

function paymentRefunded({ paymentId, refundId }: RecordPaymentRefunded, { refunds }: OrderState): Decision {
  const open = refunds.some((refund) => refund.paymentId === paymentId && refund.refundId === null)
  return open ? [{ eventType: 'OrderRefunded', paymentId, refundId }] : nothing
}

interface Payment {
  readonly paymentId: string
  readonly amount: Money
}

function confirmed(
  { restaurantId }: OrderState,
  payment: Payment & { readonly confirmedBy: 'payment' | 'customer' },
): DecidedOrderEvent {
  return { eventType: 'OrderConfirmed', ...payment, restaurantId }
}

/** Each payment is given back once, however often we hear of it. */
function refund(state: OrderState, { paymentId, amount }: Payment, reason: string): readonly DecidedOrderEvent[] {
  if (state.refunds.some((owed) => owed.paymentId === paymentId)) return nothing
  return [{ eventType: 'OrderRefundRequested', paymentId, amount, reason }]
}

function refusedAs({ status, paymentId, reason }: OrderState, consequence: string): Refusal {
  const codes = {
    created: 'ORDER_EXISTS',
    confirmed: 'ORDER_CONFIRMED',
    dispatched: 'ORDER_DISPATCHED',
    delivered: 'ORDER_DELIVERED',
    cancelled: 'ORDER_CANCELLED',
  } as const satisfies Record<OrderState['status'], RefusalCode>
  const detail = status === 'confirmed' ? ` with payment ${paymentId}` : status === 'cancelled' ? ` (${reason})` : ''
  return refused(codes[status], `the order is ${status}${detail}: ${consequence}`)
}
