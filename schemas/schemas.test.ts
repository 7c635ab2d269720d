import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import {
  type CommandEnvelope,
  checkGenerated,
  type EventEnvelope,
  inMemoryRegistry,
  type Outcome,
  type SerdeType,
  type Topic,
  type Unstamped,
} from 'millrace'
import { arbitraryOf, parsed } from '../test/schemas/arbitrary'
import type { CartCommand } from './generated/cart-command'
import type { CartEvent } from './generated/cart-event'
import type { Cart, CartOutcome } from './generated/cart-outcome'
import type { DeliveryEvent } from './generated/delivery-event'
import type { DispatchEvent } from './generated/dispatch-event'
import type { OrderCommand } from './generated/order-command'
import type { OrderCancelled, OrderEvent } from './generated/order-event'
import type { Order, OrderOutcome } from './generated/order-outcome'
import type { PaymentEvent } from './generated/payment-event'
import type { AnyOrderCommand } from './internal-commands'
import * as topics from './topics'

const folders = [__dirname, join(__dirname, 'history')]

const open = <T>(topic: Topic<string, T>) =>
  topic.value.open({ topic: topic.name, role: 'value', registry: inMemoryRegistry() })

test.each(folders)('the generated types are those of the schemas in %s; if not: npm run schemas:generate', (from) => {
  const { stale, orphaned } = checkGenerated({ from, to: join(from, 'generated') })
  expect({ stale, orphaned }).toEqual({ stale: [], orphaned: [] })
})

describe('the topics', () => {
  const all = Object.values(topics)

  test('each schema is of one topic, and each topic has one', () => {
    const schemas = readdirSync(__dirname).filter((name) => name.endsWith('.avsc'))
    expect(schemas.map((name) => `${name.replace('.avsc', '')}s`).sort()).toEqual(all.map(({ name }) => name).sort())
  })

  test('are partitioned alike, so that an order meets its payment in one task', () => {
    expect(new Set(all.map(({ partitions }) => partitions))).toEqual(new Set([4]))
    expect(new Set(all.map(({ key }) => key.name))).toEqual(new Set(['string']))
  })

  test.each([topics.orderEvents, topics.cartEvents])('$name is kept for ever', ({ config }) => {
    expect(config).toEqual({ 'retention.ms': '-1', 'retention.bytes': '-1' })
  })

  test.each([topics.orderOutcomes, topics.cartOutcomes])('$name is kept for a day', ({ config }) => {
    expect(config).toEqual({ 'retention.ms': '86400000' })
  })
})

interface JsonField {
  readonly name: string
  readonly type: unknown
}

interface JsonRecord {
  readonly name: string
  readonly fields: readonly JsonField[]
}

const textOf = (topic: string) => readFileSync(join(__dirname, `${topic.replace(/s$/, '')}.avsc`), 'utf8')

const recordsOf = (topic: string): readonly JsonRecord[] => {
  const schema = JSON.parse(textOf(topic))
  return Array.isArray(schema) ? schema : [schema]
}

describe.each(Object.values(topics).map((topic) => [topic.name, topic as Topic<string, unknown>] as const))(
  'the values of %s',
  (name, topic) => {
    test('come back as they were, money to the cent', () => {
      const serde = open(topic)
      const values = arbitraryOf(parsed(textOf(name)))
      fc.assert(
        fc.property(values, (value) => expect(serde.decode(serde.encode(value))).toStrictEqual(value)),
        { numRuns: 1_000 },
      )
    })

    if (name.endsWith('-events')) {
      test('carry the envelope first, and say what they are by one symbol', () => {
        for (const record of recordsOf(name)) {
          const envelope = ['eventId', 'aggregateId', 'occurredOn', 'version', 'eventType', 'causationId']
          expect(record.fields.slice(0, 6).map((field) => field.name)).toEqual(envelope)
          expect(record.fields[4]!.type).toMatchObject({ type: 'enum', symbols: [record.name] })
        }
      })
    }

    if (name.endsWith('-commands')) {
      test('say what they are by one symbol, their id and the version they expect', () => {
        for (const record of recordsOf(name)) {
          expect(record.fields.slice(0, 3).map((field) => field.name)).toEqual([
            'commandType',
            'commandId',
            'expectedVersion',
          ])
          expect(record.fields[0]!.type).toMatchObject({ type: 'enum', symbols: [record.name] })
        }
      })
    }
  },
)

test('45.99 stays 45.99, and a third digit after the point is refused', () => {
  const serde = open(topics.orderCommands)
  const command: OrderCommand = {
    commandType: 'CreateOrder',
    commandId: 'c-1',
    expectedVersion: null,
    customerId: 'ann',
    restaurantId: 'r-1',
    deliveryAddress: null,
    items: [],
    totalAmount: '45.99',
  }
  expect(serde.decode(serde.encode(command))).toMatchObject({ totalAmount: '45.99' })
  expect(() => serde.encode({ ...command, totalAmount: '45.999' })).toThrow(
    'order-commands (value): totalAmount: has more than 2 digits after the point',
  )
})

/** Proven by the compiler: `npm run typecheck`. */
type Same<A, B> = [A, B] extends [B, A] ? true : false
type Events = OrderEvent | PaymentEvent | DispatchEvent | DeliveryEvent | CartEvent
type OnlyInside = Exclude<AnyOrderCommand['commandType'], OrderCommand['commandType']>

test('the types are exact', () => {
  const proofs: readonly true[] = [
    true satisfies Same<SerdeType<typeof topics.orderEvents.value>, OrderEvent>,
    true satisfies Same<SerdeType<typeof topics.orderOutcomes.value>, OrderOutcome>,
    true satisfies Same<Extract<OrderEvent, { eventType: 'OrderCancelled' }>, OrderCancelled>,
    true satisfies Same<keyof Unstamped<OrderCancelled>, 'eventType' | 'reason' | 'cancelledBy'>,
    true satisfies Events extends EventEnvelope ? true : false,
    true satisfies OrderCommand | CartCommand extends CommandEnvelope ? true : false,
    true satisfies OnlyInside extends `Record${string}` ? true : false,
    true satisfies OrderOutcome extends Outcome<Order | null> ? true : false,
    true satisfies CartOutcome extends Outcome<Cart | null> ? true : false,
  ]
  expect(proofs).not.toContain(false)
})
