import { avro, inMemoryRegistry } from 'millrace'
import { contracts } from '../test/golden/contracts'
import { readAll } from '../test/golden/corpus'
import type { OrderEvent } from './generated/order-event'
import { orderCancelledV1Schema } from './history/generated/order-cancelled.v1'
import { orderEvents } from './topics'

const envelope = {
  eventId: '00000000-0000-4000-8000-000000000000',
  aggregateId: 'o-1',
  occurredOn: 1,
  version: 2,
  eventType: 'OrderCancelled',
  causationId: 'c-1',
} as const

test.each([
  ['the card was declined', 'payment'],
  ['the amount 2000.00 is above the limit of the card', 'payment'],
  ['changed my mind', 'customer'],
])('a cancellation of version 1 because "%s" was made by the %s', (reason, cancelledBy) => {
  const registry = inMemoryRegistry()
  registry.setLevel('NONE')
  const context = { topic: orderEvents.name, role: 'value', registry } as const
  const old = avro(orderCancelledV1Schema).open(context)
  const bytes = old.encode({ ...envelope, reason })
  expect(orderEvents.value.open(context).decode(bytes)).toEqual({ ...envelope, reason, cancelledBy })
})

test('no cancellation of the golden corpus is left without an author', () => {
  const contract = contracts.find(({ topic }) => topic.name === orderEvents.name)!
  const first = readAll(contract).v1 as readonly OrderEvent[]
  const authors = first.flatMap((event) => (event.eventType === 'OrderCancelled' ? [event.cancelledBy] : []))
  expect(new Set(authors)).toEqual(new Set(['customer']))
})
