import type { OrderConfirmed, OrderCreated, OrderRefundRequested } from '../schemas/generated/order-event'
import type { PaymentGateway } from './payment-gateway'
import { settleWith } from './payment-stage'

const envelope = (version: number) => ({
  eventId: `e-${version}`,
  aggregateId: 'o-1',
  occurredOn: version,
  version,
  causationId: 'c',
})
const created: OrderCreated = {
  ...envelope(1),
  eventType: 'OrderCreated',
  customerId: 'ann',
  restaurantId: 'r-1',
  deliveryAddress: null,
  totalAmount: '45.99',
  items: [],
}
const confirmed: OrderConfirmed = {
  ...envelope(2),
  eventType: 'OrderConfirmed',
  paymentId: 'p-9',
  amount: '45.99',
  confirmedBy: 'customer',
  restaurantId: 'r-1',
}
const requested: OrderRefundRequested = {
  ...envelope(3),
  eventType: 'OrderRefundRequested',
  paymentId: 'p-9',
  amount: '45.99',
  reason: 'no',
}
const clock = { now: () => 77, sleep: async () => {} }
const { signal } = new AbortController()

/** A gateway that writes down what it was asked. */
function listening() {
  const asked: unknown[] = []
  const gateway: PaymentGateway = {
    charge: async (charge) => {
      asked.push(charge)
      return { approved: true, paymentId: 'p-1' }
    },
    refund: async (refund) => {
      asked.push(refund)
      return { refundId: 'f-1' }
    },
  }
  return { asked, settle: settleWith(gateway, clock) }
}

describe('settling', () => {
  test('a new order charges the customer', async () => {
    const { asked, settle } = listening()
    expect(await settle(created, 'o-1', signal)).toMatchObject({
      eventType: 'PaymentProcessed',
      paymentId: 'p-1',
      occurredOn: 77,
    })
    expect(asked).toEqual([{ orderId: 'o-1', customerId: 'ann', amount: '45.99' }])
  })

  test('a refund asked for gives the money back', async () => {
    const { asked, settle } = listening()
    expect(await settle(requested, 'o-1', signal)).toMatchObject({
      eventType: 'PaymentRefunded',
      refundId: 'f-1',
      occurredOn: 77,
    })
    expect(asked).toEqual([{ orderId: 'o-1', paymentId: 'p-9', amount: '45.99' }])
  })

  test('a payment the customer brought asks nothing of the gateway', async () => {
    const { asked, settle } = listening()
    expect(await settle(confirmed, 'o-1', signal)).toMatchObject({ eventType: 'PaymentProcessed', paymentId: 'p-9' })
    expect(asked).toEqual([])
  })

  test('rejects as the gateway does', async () => {
    const down = async () => Promise.reject(new Error('down'))
    await expect(settleWith({ charge: down, refund: down }, clock)(created, 'o-1', signal)).rejects.toThrow('down')
  })
})
