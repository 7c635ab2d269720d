/** What payment, dispatch, delivery and carts report, as commands to the order. */
import type { CartCheckedOut } from '../schemas/generated/cart-event'
import type { OrderDelivered } from '../schemas/generated/delivery-event'
import type { OrderDispatched } from '../schemas/generated/dispatch-event'
import type { CreateOrder } from '../schemas/generated/order-command'
import type { PaymentEvent } from '../schemas/generated/payment-event'
import type { InternalOrderCommand, RecordDelivery, RecordDispatch } from '../schemas/internal-commands'

// The id of what is reported is the id of the command: hearing it twice changes nothing.
const from = (event: { readonly eventId: string }) => ({ commandId: event.eventId, expectedVersion: null }) as const

export function fromPayment(event: PaymentEvent): InternalOrderCommand {
  switch (event.eventType) {
    case 'PaymentProcessed':
      return { commandType: 'RecordPaymentProcessed', ...from(event), paymentId: event.paymentId, amount: event.amount }
    case 'PaymentFailed':
      return { commandType: 'RecordPaymentFailed', ...from(event), reason: event.reason }
    case 'PaymentRefunded':
      return {
        commandType: 'RecordPaymentRefunded',
        ...from(event),
        paymentId: event.paymentId,
        refundId: event.refundId,
      }
  }
}

export function fromDispatch(event: OrderDispatched): RecordDispatch {
  const { dispatchId, restaurantId } = event
  return { commandType: 'RecordDispatch', ...from(event), dispatchId, restaurantId }
}

export function fromDelivery(event: OrderDelivered): RecordDelivery {
  return { commandType: 'RecordDelivery', ...from(event), deliveredAt: event.deliveredAt }
}

/** Under the key of the order, not of the cart: a checked-out cart becomes its order once, whoever repeats what. */
export function fromCheckOut(event: CartCheckedOut): readonly [orderId: string, command: CreateOrder] {
  const { orderId, customerId, restaurantId, totalAmount, items, deliveryAddress } = event
  const order = { customerId, restaurantId, totalAmount, items, deliveryAddress }
  return [orderId, { commandType: 'CreateOrder', ...from(event), ...order }]
}
