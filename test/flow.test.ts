import type { OrderCommand } from '../schemas/generated/order-command'
import type { OrderEvent } from '../schemas/generated/order-event'
import { cartCommands, cartOutcomes, orderCommands, orderEvents, orderOutcomes, paymentEvents } from '../schemas/topics'
import { type PlatformDriver, platformDriver } from './platform-driver'

const items = [{ menuItemId: 'm-1', name: 'Ramen', price: '12.99', quantity: 2 }]
const create = (commandId: string, customerId = 'c-1', totalAmount = '45.99'): OrderCommand => ({
  commandType: 'CreateOrder',
  commandId,
  expectedVersion: null,
  customerId,
  restaurantId: 'r-1',
  deliveryAddress: null,
  totalAmount,
  items,
})
const cancel = (commandId: string): OrderCommand => ({
  commandType: 'CancelOrder',
  commandId,
  expectedVersion: null,
  reason: 'changed my mind',
})
const confirm = (commandId: string, paymentId: string): OrderCommand => ({
  commandType: 'ConfirmOrder',
  commandId,
  expectedVersion: null,
  paymentId,
})

function history(platform: PlatformDriver, order: string): readonly OrderEvent[] {
  return platform.written(orderEvents).flatMap(({ key, value }) => (key === order ? [value] : []))
}
const types = (events: readonly OrderEvent[]) => events.map(({ eventType }) => eventType)

describe('the order flow', () => {
  test('an order is paid, dispatched and delivered by itself, its history in version order', async () => {
    const platform = platformDriver()
    platform.pipe(orderCommands, 'o-1', create('c1'))
    await platform.settle()
    const events = history(platform, 'o-1')
    expect(types(events)).toEqual(['OrderCreated', 'OrderConfirmed', 'OrderDispatched', 'OrderDelivered'])
    expect(events.map(({ version, aggregateId }) => [version, aggregateId])).toEqual(
      [1, 2, 3, 4].map((version) => [version, 'o-1']),
    )
    expect(events[0]).toMatchObject({ totalAmount: '45.99', customerId: 'c-1', items })
    expect(platform.projected).toEqual(events)
  })

  test('a declined payment cancels the order with its reason', async () => {
    const platform = platformDriver()
    platform.pipe(orderCommands, 'o-1', create('c1', 'declined-1'))
    await platform.settle()
    const [, cancelled, ...rest] = history(platform, 'o-1')
    const failure = platform.written(paymentEvents)[0]!.value
    expect(rest).toEqual([])
    expect(cancelled).toMatchObject({ eventType: 'OrderCancelled', reason: (failure as { reason: string }).reason })
  })

  test('a cancel before the payment is heard stops the chain and the payment is given back, once', async () => {
    const platform = platformDriver()
    platform.pipe(orderCommands, 'o-1', create('c1'))
    platform.pipe(orderCommands, 'o-1', cancel('c2'))
    await platform.settle()
    expect(types(history(platform, 'o-1'))).toEqual([
      'OrderCreated',
      'OrderCancelled',
      'OrderRefundRequested',
      'OrderRefunded',
    ])
    expect(platform.written(paymentEvents).map(({ value }) => value.eventType)).toEqual([
      'PaymentProcessed',
      'PaymentRefunded',
    ])
  })

  test('a cancel after dispatch is refused and changes nothing', async () => {
    const platform = platformDriver()
    platform.pipe(orderCommands, 'o-1', create('c1'))
    await platform.settle()
    platform.pipe(orderCommands, 'o-1', cancel('c2'))
    await platform.settle()
    expect(history(platform, 'o-1')).toHaveLength(4)
    const answer = platform.written(orderOutcomes).find(({ value }) => value.commandId === 'c2')!.value
    expect(answer).toMatchObject({ accepted: false, version: 4, state: { status: 'delivered' } })
  })

  test('a payment the customer confirms goes first; the one taken by itself is given back', async () => {
    const platform = platformDriver()
    platform.pipe(orderCommands, 'o-1', create('c1'))
    platform.pipe(orderCommands, 'o-1', confirm('c2', 'p-customer'))
    await platform.settle()
    const seen = types(history(platform, 'o-1'))
    expect(seen.slice(0, 2)).toEqual(['OrderCreated', 'OrderConfirmed'])
    expect([...seen].sort()).toEqual(
      [
        'OrderConfirmed',
        'OrderCreated',
        'OrderDelivered',
        'OrderDispatched',
        'OrderRefundRequested',
        'OrderRefunded',
      ].sort(),
    )
  })

  test('a cart becomes its order once, however often it is checked out', async () => {
    const platform = platformDriver()
    const line = { menuItemId: 'm-1', name: 'Ramen', price: '12.99', quantity: 2 }
    platform.pipe(cartCommands, 'cart-1', {
      commandType: 'AddCartItem',
      commandId: 'a',
      expectedVersion: null,
      ...line,
    })
    const checkOut = {
      commandType: 'CheckOutCart',
      expectedVersion: null,
      orderId: 'o-9',
      customerId: 'c-1',
      restaurantId: 'r-1',
      deliveryAddress: null,
      totalAmount: null,
    } as const
    platform.pipe(cartCommands, 'cart-1', { ...checkOut, commandId: 'b' })
    platform.pipe(cartCommands, 'cart-1', { ...checkOut, commandId: 'b' })
    platform.pipe(cartCommands, 'cart-1', { ...checkOut, commandId: 'c' })
    await platform.settle()
    expect(types(history(platform, 'o-9'))).toEqual([
      'OrderCreated',
      'OrderConfirmed',
      'OrderDispatched',
      'OrderDelivered',
    ])
    expect(history(platform, 'o-9')[0]).toMatchObject({ totalAmount: '25.98' })
    expect(platform.written(cartOutcomes).map(({ value }) => value.accepted)).toEqual([true, true, true, false])
  })

  test('poison on order-events is dead-lettered once, byte for byte, and the orders behind it go on', async () => {
    const platform = platformDriver()
    const unknownSchema = Buffer.from([0, 0, 0, 0x27, 0x0f, 2, 2])
    const poison = [Buffer.from('garbage'), unknownSchema, Buffer.from([0, 0, 0]), null]
    for (const bytes of poison) platform.pipeBytes(orderEvents, Buffer.from('o-1'), bytes)
    platform.pipe(orderCommands, 'o-1', create('c1'))
    await platform.settle()
    expect(platform.deadLetters(orderEvents)).toEqual(poison)
    expect(types(platform.projected)).toEqual(['OrderCreated', 'OrderConfirmed', 'OrderDispatched', 'OrderDelivered'])
  })

  test('repeated commands and restarts of every task change nothing', async () => {
    const platform = platformDriver()
    platform.pipe(orderCommands, 'o-1', create('c1'))
    platform.restart()
    platform.pipe(orderCommands, 'o-1', create('c1'))
    await platform.settle()
    platform.restart()
    platform.pipe(orderCommands, 'o-1', create('c1'))
    await platform.settle()
    expect(history(platform, 'o-1')).toHaveLength(4)
  })
})
