import type { OrderEvent } from '../schemas/generated/order-event'
import type { Order } from '../schemas/generated/order-outcome'
import { project } from './projection'

const envelope = (aggregateId: string, version: number) => ({
  eventId: `${aggregateId}-${version}`,
  aggregateId,
  occurredOn: version,
  version,
  causationId: 'c',
})
const created = (id: string): OrderEvent => ({
  ...envelope(id, 1),
  eventType: 'OrderCreated',
  customerId: 'ann',
  restaurantId: 'r',
  deliveryAddress: null,
  totalAmount: '1.00',
  items: [],
})
const cancelled = (id: string): OrderEvent => ({
  ...envelope(id, 2),
  eventType: 'OrderCancelled',
  reason: 'no',
  cancelledBy: 'customer',
})
const none = new Map<string, Order>()

describe('projecting a batch', () => {
  test('folds each order of it', () => {
    const { changed, history } = project(none, [created('a'), created('b'), cancelled('a')])
    expect(changed.map(({ orderId, status, version }) => [orderId, status, version])).toEqual([
      ['a', 'cancelled', 2],
      ['b', 'created', 1],
    ])
    expect(history.map((event) => event.eventId)).toEqual(['a-1', 'a-2', 'b-1'])
  })

  test('leaves an order alone whose events it had before', () => {
    const [order] = project(none, [created('a'), cancelled('a')]).changed
    expect(project(new Map([['a', order!]]), [created('a'), cancelled('a'), created('a')]).changed).toEqual([])
  })

  test('takes the events of a batch by version, each once', () => {
    const { changed, history } = project(none, [cancelled('a'), created('a'), cancelled('a')])
    expect(changed).toMatchObject([{ status: 'cancelled', version: 2 }])
    expect(history.map((event) => event.version)).toEqual([1, 2])
  })

  test('makes no order of events without their beginning, but keeps them', () => {
    const { changed, history } = project(none, [cancelled('a')])
    expect(changed).toEqual([])
    expect(history).toEqual([cancelled('a')])
  })
})
