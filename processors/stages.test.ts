import type {
  OrderConfirmed,
  OrderCreated,
  OrderDispatched,
  OrderEvent,
  OrderRefundRequested,
} from '../schemas/generated/order-event'
import type { PaymentProcessed } from '../schemas/generated/payment-event'
import { deliver, isDispatched } from './delivery'
import { plan } from './dispatch'
import { fromCheckOut, fromDelivery, fromDispatch, fromPayment } from './order-commands'
import { charged, chargeFor, movesMoney, recorded, refunded, refundFor } from './payment'

const envelope = (version: number) => ({
  eventId: `e-${version}`,
  aggregateId: 'o-1',
  occurredOn: 1_000 + version,
  version,
  causationId: 'c',
})
const items = [{ menuItemId: 'm-1', name: 'Ramen', price: '12.99', quantity: 2 }]
const created: OrderCreated = {
  ...envelope(1),
  eventType: 'OrderCreated',
  customerId: 'ann',
  restaurantId: 'r-1',
  deliveryAddress: null,
  totalAmount: '45.99',
  items,
}
const confirmed: OrderConfirmed = {
  ...envelope(2),
  eventType: 'OrderConfirmed',
  paymentId: 'p-1',
  amount: '45.99',
  confirmedBy: 'payment',
  restaurantId: 'r-1',
}
const byCustomer: OrderConfirmed = { ...confirmed, confirmedBy: 'customer' }
const requested: OrderRefundRequested = {
  ...envelope(4),
  eventType: 'OrderRefundRequested',
  paymentId: 'p-1',
  amount: '45.99',
  reason: 'cancelled',
}
const dispatched: OrderDispatched = {
  ...envelope(3),
  eventType: 'OrderDispatched',
  dispatchId: 'd-1',
  restaurantId: 'r-1',
}
const cancelled: OrderEvent = { ...envelope(3), eventType: 'OrderCancelled', reason: 'no', cancelledBy: 'customer' }
const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)

describe('the payment stage', () => {
  test('acts on a new order, on a refund asked for and on a payment the customer brought, on nothing else', () => {
    expect([created, byCustomer, requested].map(movesMoney)).toEqual([true, true, true])
    expect([confirmed, cancelled, dispatched].map(movesMoney)).toEqual([false, false, false])
  })

  test('charges the total to the customer', () => {
    expect(chargeFor(created)).toEqual({ orderId: 'o-1', customerId: 'ann', amount: '45.99' })
  })

  test('says that a payment was taken', () => {
    expect(charged(created, { approved: true, paymentId: 'p-1' }, 5_000)).toEqual({
      eventId: uuid,
      aggregateId: 'o-1',
      occurredOn: 5_000,
      version: 1,
      causationId: 'e-1',
      eventType: 'PaymentProcessed',
      paymentId: 'p-1',
      amount: '45.99',
      method: 'card',
    })
  })

  test('says why a payment was not taken', () => {
    expect(charged(created, { approved: false, reason: 'declined' }, 5_000)).toMatchObject({
      eventType: 'PaymentFailed',
      reason: 'declined',
    })
  })

  test('writes down what the customer paid elsewhere', () => {
    expect(recorded(byCustomer)).toMatchObject({
      eventType: 'PaymentProcessed',
      paymentId: 'p-1',
      amount: '45.99',
      occurredOn: 1_002,
    })
  })

  test('gives the very payment back', () => {
    expect(refundFor(requested)).toEqual({ orderId: 'o-1', paymentId: 'p-1', amount: '45.99' })
    expect(refunded(requested, { refundId: 'f-1' }, 6_000)).toMatchObject({
      eventType: 'PaymentRefunded',
      refundId: 'f-1',
      amount: '45.99',
    })
  })

  test('answers an event under the same id however often, and two events under two', () => {
    const first = charged(created, { approved: true, paymentId: 'p-1' }, 1)
    expect(charged(created, { approved: true, paymentId: 'p-1' }, 2).eventId).toBe(first.eventId)
    expect(recorded(byCustomer).eventId).not.toBe(first.eventId)
  })
})

describe('the dispatch stage', () => {
  const paid = charged(created, { approved: true, paymentId: 'p-1' }, 5_000) as PaymentProcessed

  test('sends a courier to the restaurant when the order meets the payment that confirmed it', () => {
    expect(plan(confirmed, paid)).toEqual({
      eventId: uuid,
      aggregateId: 'o-1',
      occurredOn: 5_000,
      version: 2,
      causationId: 'e-2',
      eventType: 'OrderDispatched',
      dispatchId: uuid,
      paymentId: 'p-1',
      restaurantId: 'r-1',
    })
  })

  test('plans nothing on a payment that is going to be given back', () => {
    expect(plan(confirmed, { ...paid, paymentId: 'p-2' })).toBeNull()
  })

  test('plans the same dispatch again when it hears twice', () => {
    expect(plan(confirmed, paid)).toEqual(plan(confirmed, { ...paid }))
  })
})

describe('the delivery stage', () => {
  test('delivers what the order says is dispatched', () => {
    expect([created, confirmed, dispatched, cancelled].filter(isDispatched)).toEqual([dispatched])
    expect(deliver(dispatched)).toMatchObject({
      eventType: 'OrderDelivered',
      aggregateId: 'o-1',
      deliveredAt: 1_003,
      causationId: 'e-3',
      deliveryId: uuid,
    })
  })
})

describe('what the stages report becomes a command whose id is the id of the report', () => {
  const id = (eventId: string) => ({ commandId: eventId, expectedVersion: null })
  test('payments', () => {
    const [paid, failed] = [
      charged(created, { approved: true, paymentId: 'p-1' }, 1),
      charged(created, { approved: false, reason: 'no' }, 1),
    ]
    const back = refunded(requested, { refundId: 'f-1' }, 1)
    expect(fromPayment(paid)).toEqual({
      ...id(paid.eventId),
      commandType: 'RecordPaymentProcessed',
      paymentId: 'p-1',
      amount: '45.99',
    })
    expect(fromPayment(failed)).toEqual({ ...id(failed.eventId), commandType: 'RecordPaymentFailed', reason: 'no' })
    expect(fromPayment(back)).toEqual({
      ...id(back.eventId),
      commandType: 'RecordPaymentRefunded',
      paymentId: 'p-1',
      refundId: 'f-1',
    })
  })
  test('dispatch and delivery', () => {
    const sent = {
      ...envelope(2),
      eventType: 'OrderDispatched' as const,
      dispatchId: 'd-1',
      paymentId: 'p-1',
      restaurantId: 'r-1',
    }
    expect(fromDispatch(sent)).toEqual({
      ...id('e-2'),
      commandType: 'RecordDispatch',
      dispatchId: 'd-1',
      restaurantId: 'r-1',
    })
    const delivered = deliver(dispatched)
    expect(fromDelivery(delivered)).toEqual({
      ...id(delivered.eventId),
      commandType: 'RecordDelivery',
      deliveredAt: 1_003,
    })
  })
  test('a check-out, under the key of the order', () => {
    const out = {
      ...envelope(3),
      aggregateId: 'cart-1',
      eventType: 'CartCheckedOut' as const,
      orderId: 'o-9',
      customerId: 'ann',
      restaurantId: 'r-1',
      totalAmount: '45.99',
      items,
      deliveryAddress: '1 Main Street',
    }
    const { customerId, restaurantId, totalAmount, deliveryAddress } = out
    expect(fromCheckOut(out)).toEqual([
      'o-9',
      { ...id('e-3'), commandType: 'CreateOrder', customerId, restaurantId, totalAmount, items, deliveryAddress },
    ])
  })
})
