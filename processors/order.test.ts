import type { AnyOrderCommand } from '../schemas/internal-commands'
import { given } from '../test/deciding'
import { type DecidedOrderEvent, order } from './order'

const id = { commandId: 'c-1', expectedVersion: null } as const
const items = [{ menuItemId: 'm-1', name: 'Ramen', price: '12.99', quantity: 2 }]
const create: AnyOrderCommand = {
  commandType: 'CreateOrder',
  ...id,
  customerId: 'ann',
  restaurantId: 'r-1',
  deliveryAddress: null,
  totalAmount: '45.99',
  items,
}
const confirm = (paymentId: string): AnyOrderCommand => ({ commandType: 'ConfirmOrder', ...id, paymentId })
const cancel: AnyOrderCommand = { commandType: 'CancelOrder', ...id, reason: 'changed my mind' }
const processed = (paymentId: string): AnyOrderCommand => ({
  commandType: 'RecordPaymentProcessed',
  ...id,
  paymentId,
  amount: '45.99',
})
const failed: AnyOrderCommand = { commandType: 'RecordPaymentFailed', ...id, reason: 'declined' }
const refunded = (paymentId: string): AnyOrderCommand => ({
  commandType: 'RecordPaymentRefunded',
  ...id,
  paymentId,
  refundId: 'f-1',
})
const dispatch: AnyOrderCommand = { commandType: 'RecordDispatch', ...id, dispatchId: 'd-1', restaurantId: 'r-1' }
const deliver: AnyOrderCommand = { commandType: 'RecordDelivery', ...id, deliveredAt: 7 }

const created: DecidedOrderEvent = {
  eventType: 'OrderCreated',
  customerId: 'ann',
  restaurantId: 'r-1',
  deliveryAddress: null,
  totalAmount: '45.99',
  items,
}
const confirmed = (paymentId: string, confirmedBy: 'payment' | 'customer' = 'payment'): DecidedOrderEvent => ({
  eventType: 'OrderConfirmed',
  paymentId,
  amount: '45.99',
  confirmedBy,
  restaurantId: 'r-1',
})
const cancelled: DecidedOrderEvent = {
  eventType: 'OrderCancelled',
  reason: 'changed my mind',
  cancelledBy: 'customer',
}
const dispatched: DecidedOrderEvent = { eventType: 'OrderDispatched', dispatchId: 'd-1', restaurantId: 'r-1' }
const delivered: DecidedOrderEvent = { eventType: 'OrderDelivered', deliveredAt: 7 }
const owed = (paymentId: string, reason: string): DecidedOrderEvent => ({
  eventType: 'OrderRefundRequested',
  paymentId,
  amount: '45.99',
  reason,
})
const paidBack: DecidedOrderEvent = { eventType: 'OrderRefunded', paymentId: 'p-1', refundId: 'f-1' }

describe('creating an order', () => {
  test('opens it', () => given(order).when(create).expect(created))
  test('is refused where there is one', () => given(order, created).when(create).refused('ORDER_EXISTS'))
  test('is refused even after it was cancelled', () =>
    given(order, created, cancelled).when(create).refused('ORDER_EXISTS'))

  const invalid: readonly [what: string, code: string, change: object][] = [
    ['no items', 'ITEMS_INVALID', { items: [] }],
    ['too many items', 'ITEMS_INVALID', { items: Array.from({ length: 101 }, () => items[0]!) }],
    ['a total below the items', 'TOTAL_BELOW_ITEMS', { totalAmount: '25.97' }],
    ['a negative total', 'AMOUNT_INVALID', { totalAmount: '-1.00' }],
    ['a negative price', 'AMOUNT_INVALID', { items: [{ ...items[0]!, price: '-0.01' }] }],
    ['no pieces', 'QUANTITY_INVALID', { items: [{ ...items[0]!, quantity: 0 }] }],
    ['half a piece', 'QUANTITY_INVALID', { items: [{ ...items[0]!, quantity: 0.5 }] }],
  ]
  test.each(invalid)('with %s is refused as %s', (_, code, change) =>
    given(order)
      .when({ ...create, ...change })
      .refused(code),
  )

  test('with a total that is exactly the sum of the items is accepted', () =>
    given(order)
      .when({ ...create, totalAmount: '25.98' })
      .expect({ ...created, totalAmount: '25.98' }))
})

describe('an order that does not exist', () => {
  test('cannot be confirmed', () => given(order).when(confirm('p-1')).refused('ORDER_UNKNOWN'))
  test('cannot be cancelled', () => given(order).when(cancel).refused('ORDER_UNKNOWN'))
  test.each([processed('p-1'), failed, refunded('p-1'), dispatch, deliver])(
    'takes no notice of $commandType',
    (report) => given(order).when(report).expect(),
  )
})

describe('a created order', () => {
  test('is confirmed by its payment', () => given(order, created).when(processed('p-1')).expect(confirmed('p-1')))
  test('is confirmed by the customer', () =>
    given(order, created).when(confirm('p-9')).expect(confirmed('p-9', 'customer')))
  test('is cancelled by a failed payment, with its reason', () =>
    given(order, created)
      .when(failed)
      .expect({ eventType: 'OrderCancelled', reason: 'declined', cancelledBy: 'payment' }))
  test('is cancelled by the customer, and nothing is owed', () => given(order, created).when(cancel).expect(cancelled))
  test('is not dispatched', () => given(order, created).when(dispatch).expect())
  test('is not delivered', () => given(order, created).when(deliver).expect())
})

describe('a confirmed order', () => {
  const past = [created, confirmed('p-1')]
  test('is dispatched', () =>
    given(order, ...past)
      .when(dispatch)
      .expect(dispatched))
  test('is confirmed again by the same payment without an event', () =>
    given(order, ...past)
      .when(confirm('p-1'))
      .expect())
  test('cannot be confirmed by another payment', () =>
    given(order, ...past)
      .when(confirm('p-2'))
      .refused('ORDER_CONFIRMED'))
  test('hears of its payment again without an event', () =>
    given(order, ...past)
      .when(processed('p-1'))
      .expect())
  test('gives a second payment back', () =>
    given(order, ...past)
      .when(processed('p-2'))
      .expect(owed('p-2', 'the order was paid already')))
  test('gives a second payment back once', () =>
    given(order, ...past, owed('p-2', 'the order was paid already'))
      .when(processed('p-2'))
      .expect())
  test('is cancelled and its payment given back', () =>
    given(order, ...past)
      .when(cancel)
      .expect(cancelled, owed('p-1', 'the order was cancelled')))
  test('does not mind that another payment failed', () =>
    given(order, ...past)
      .when(failed)
      .expect())
})

describe('a dispatched order', () => {
  const past = [created, confirmed('p-1'), dispatched]
  test('is delivered', () =>
    given(order, ...past)
      .when(deliver)
      .expect(delivered))
  test('cannot be cancelled', () =>
    given(order, ...past)
      .when(cancel)
      .refused('ORDER_DISPATCHED'))
  test('cannot be confirmed', () =>
    given(order, ...past)
      .when(confirm('p-1'))
      .refused('ORDER_DISPATCHED'))
  test('is dispatched once', () =>
    given(order, ...past)
      .when(dispatch)
      .expect())
  test('gives another payment back', () =>
    given(order, ...past)
      .when(processed('p-2'))
      .expect(owed('p-2', 'the order was paid already')))
})

describe('a delivered order', () => {
  const past = [created, confirmed('p-1'), dispatched, delivered]
  test('cannot be cancelled', () =>
    given(order, ...past)
      .when(cancel)
      .refused('ORDER_DELIVERED'))
  test('is delivered once', () =>
    given(order, ...past)
      .when(deliver)
      .expect())
})

describe('a cancelled order', () => {
  const past = [created, confirmed('p-1'), cancelled, owed('p-1', 'the order was cancelled')]
  test('cannot be cancelled', () =>
    given(order, ...past)
      .when(cancel)
      .refused('ORDER_CANCELLED'))
  test('cannot be confirmed', () =>
    given(order, ...past)
      .when(confirm('p-1'))
      .refused('ORDER_CANCELLED'))
  test('is not dispatched, even when the courier was on the way', () =>
    given(order, ...past)
      .when(dispatch)
      .expect())
  test('gives a payment back that comes late', () =>
    given(order, created, cancelled).when(processed('p-1')).expect(owed('p-1', 'the order was cancelled')))
  test('gives no payment back twice', () =>
    given(order, ...past)
      .when(processed('p-1'))
      .expect())
  test('hears that its payment was given back', () =>
    given(order, ...past)
      .when(refunded('p-1'))
      .expect(paidBack))
  test('hears it once', () =>
    given(order, ...past, paidBack)
      .when(refunded('p-1'))
      .expect())
  test('takes no notice of a refund that is not owed', () =>
    given(order, ...past)
      .when(refunded('p-7'))
      .expect())
})
