import type { OrderEvent } from '../../../schemas/generated/order-event'
import type { Order } from '../../../schemas/generated/order-outcome'
import { checkReadModel, type ReadModelEvidence } from './read-model'

const envelope = (version: number) => ({
  eventId: `event-${version}`,
  aggregateId: 'order',
  occurredOn: version,
  version,
  causationId: 'cause',
})
const created = {
  ...envelope(1),
  eventType: 'OrderCreated',
  customerId: 'ann',
  restaurantId: 'diner',
  deliveryAddress: null,
  totalAmount: '1.00',
  items: [],
} as OrderEvent
const cancelled: OrderEvent = { ...envelope(2), eventType: 'OrderCancelled', reason: 'rain', cancelledBy: 'customer' }
const order: Order = {
  orderId: 'order',
  customerId: 'ann',
  restaurantId: 'diner',
  totalAmount: '1.00',
  items: [],
  status: 'cancelled',
  version: 2,
  paymentId: null,
  reason: 'rain',
  createdAt: 1,
  updatedAt: 2,
  deliveryAddress: null,
}
const good: ReadModelEvidence = {
  events: [created, cancelled],
  orders: [order],
  histories: new Map([['order', [created, cancelled]]]),
}
const check = (evidence: Partial<ReadModelEvidence>) => checkReadModel({ ...good, ...evidence }).length

test('a read model that is the fold of its events is no violation', () => expect(check({})).toBe(0))

test.each<[string, Partial<ReadModelEvidence>]>([
  ['an order that is not there', { orders: [] }],
  ['an order of which there is no event', { orders: [order, { ...order, orderId: 'other' }] }],
  ['an order that is there twice', { orders: [order, order] }],
  [
    'an order that has fallen back',
    { orders: [{ ...order, status: 'created', version: 1, reason: null, updatedAt: 1 }] },
  ],
  ['a history with a gap', { histories: new Map([['order', [created]]]) }],
  ['a history with a repeat', { histories: new Map([['order', [created, created, cancelled]]]) }],
  ['no history', { histories: new Map() }],
])('%s is one', (_, evidence) => expect(check(evidence)).toBe(1))
