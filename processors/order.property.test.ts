import fc from 'fast-check'
import type { OrderEvent } from '../schemas/generated/order-event'
import type { OrderStatus } from '../schemas/generated/order-outcome'
import type { AnyOrderCommand } from '../schemas/internal-commands'
import { inMemory } from '../test/deciding'
import { order } from './order'
import { evolveOrder, orderOf } from './order-state'

const paymentId = fc.constantFrom('p-1', 'p-2', 'p-3')
const item = fc.record({
  menuItemId: fc.constantFrom('a', 'b'),
  name: fc.constant('x'),
  price: fc.constantFrom('0.00', '12.99'),
  quantity: fc.integer({ min: 1, max: 3 }),
})
const body = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      commandType: fc.constant('CreateOrder' as const),
      customerId: fc.constant('ann'),
      restaurantId: fc.constant('r-1'),
      deliveryAddress: fc.constantFrom('1 Main Street', null),
      totalAmount: fc.constantFrom('45.99', '200.00'),
      items: fc.array(item, { minLength: 1, maxLength: 2 }),
    }),
  },
  fc.record({ commandType: fc.constant('ConfirmOrder' as const), paymentId }),
  fc.record({ commandType: fc.constant('CancelOrder' as const), reason: fc.constant('no') }),
  fc.record({ commandType: fc.constant('RecordPaymentProcessed' as const), paymentId, amount: fc.constant('45.99') }),
  fc.record({ commandType: fc.constant('RecordPaymentFailed' as const), reason: fc.constant('declined') }),
  fc.record({ commandType: fc.constant('RecordPaymentRefunded' as const), paymentId, refundId: fc.constant('f') }),
  fc.record({
    commandType: fc.constant('RecordDispatch' as const),
    dispatchId: fc.constant('d'),
    restaurantId: fc.constant('r-1'),
  }),
  fc.record({ commandType: fc.constant('RecordDelivery' as const), deliveredAt: fc.constant(1) }),
)
const expectedVersion = fc.option(fc.integer({ min: 0, max: 4 }), { freq: 8 })
/** Each command has an id of its own; now and then one expects a version, mostly the wrong one. */
const commands = fc.array(fc.tuple(body, expectedVersion), { maxLength: 40 }).map((script) =>
  script.map(([what, version], index): AnyOrderCommand => {
    const expected = what.commandType.startsWith('Record') ? null : version
    return { ...what, commandId: `c-${index}`, expectedVersion: expected } as AnyOrderCommand
  }),
)

/** Runs the commands, each as the engine would, and keeps which were accepted. */
function run(script: readonly AnyOrderCommand[]) {
  const orders = inMemory(order)
  const accepted = script.filter((command) => orders.handle('o-1', command).accepted)
  return { accepted, events: orders.events('o-1') as readonly OrderEvent[], state: orders.state('o-1') }
}

const reachable: Readonly<Record<OrderStatus | 'none', readonly (OrderStatus | 'none')[]>> = {
  none: ['created'],
  created: ['confirmed', 'cancelled'],
  confirmed: ['dispatched', 'cancelled'],
  dispatched: ['delivered'],
  delivered: [],
  cancelled: [],
}

const check = (property: (result: ReturnType<typeof run>) => void) =>
  fc.assert(
    fc.property(commands, (script) => property(run(script))),
    { numRuns: 1_000 },
  )

describe('whatever commands come to an order', () => {
  test('its versions rise by one', () => {
    check(({ events, state }) => {
      expect(events.map((event) => event.version)).toEqual(events.map((_, index) => index + 1))
      expect(state?.version ?? 0).toBe(events.length)
    })
  })

  test('its status goes only where it may, and never back', () => {
    check(({ events }) => {
      let before: OrderStatus | 'none' = 'none'
      for (let n = 1; n <= events.length; n++) {
        const after: OrderStatus | 'none' = events.slice(0, n).reduce(evolveOrder, null)?.status ?? 'none'
        if (after !== before) expect(reachable[before]).toContain(after)
        before = after
      }
    })
  })

  test('nothing is dispatched or delivered after a cancel, and nothing is cancelled after a dispatch', () => {
    check(({ events }) => {
      const types = events.map((event) => event.eventType)
      const cancelled = types.indexOf('OrderCancelled')
      if (cancelled < 0) return
      expect(types).not.toContain('OrderDispatched')
      expect(types).not.toContain('OrderDelivered')
      expect(types.lastIndexOf('OrderCancelled')).toBe(cancelled)
    })
  })

  test('every payment taken is given back exactly once if it ends cancelled, and all but one if it does not', () => {
    check(({ accepted, events, state }) => {
      const requested = events.flatMap((event) => (event.eventType === 'OrderRefundRequested' ? [event.paymentId] : []))
      expect(new Set(requested).size).toBe(requested.length)
      if (state === null) return expect(requested).toEqual([])
      const taken = new Set(paymentsTaken(accepted, events))
      if (state.status !== 'cancelled') taken.delete(state.paymentId ?? '')
      expect(new Set(requested)).toEqual(taken)
    })
  })

  test('a refund is reported only after it was asked for, and once', () => {
    check(({ events }) => {
      const open = new Set<string>()
      for (const event of events) {
        if (event.eventType === 'OrderRefundRequested') open.add(event.paymentId)
        if (event.eventType === 'OrderRefunded') expect(open.delete(event.paymentId)).toBe(true)
      }
    })
  })

  test('its state is the fold of its events, and what a customer sees is the read model’s fold', () => {
    check(({ events, state }) => {
      expect(events.reduce(order.evolve, order.initial)).toEqual(state)
      expect(events.reduce(evolveOrder, null)).toEqual(orderOf(state))
    })
  })

  test('sending everything a second time changes nothing that the first time decided', () => {
    fc.assert(
      fc.property(commands, (script) => {
        const unique = script.map((command, index) => ({ ...command, commandId: `u-${index}` }) as AnyOrderCommand)
        const doubled = unique.flatMap((command) => [command, command])
        // A repeat that expects an old version may be refused, but what it would have done was done the first time.
        const types = (events: readonly OrderEvent[]) =>
          events.map(({ eventType, causationId }) => [eventType, causationId])
        expect(types(run(doubled).events)).toEqual(types(run(unique).events))
      }),
      { numRuns: 500 },
    )
  })
})

/** Payments of which the order has heard since it exists: reported by the payment stage, or brought by the customer. */
function paymentsTaken(accepted: readonly AnyOrderCommand[], events: readonly OrderEvent[]): readonly string[] {
  const created = accepted.findIndex(({ commandType }) => commandType === 'CreateOrder')
  const reported = accepted
    .slice(created)
    .flatMap((command) => (command.commandType === 'RecordPaymentProcessed' ? [command.paymentId] : []))
  const brought = events.flatMap((event) => (event.eventType === 'OrderConfirmed' ? [event.paymentId] : []))
  return [...brought, ...reported]
}
