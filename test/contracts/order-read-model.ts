import fc from 'fast-check'
import { evolveOrder } from '../../processors/order-state'
import type { OrderPage, OrderQuery, OrderReadModel } from '../../readmodel/port'
import type { OrderEvent } from '../../schemas/generated/order-event'
import type { Order } from '../../schemas/generated/order-outcome'

export interface ReadModelFixture {
  readonly model: OrderReadModel
  /** Closes the model and opens another on the same data. */
  reopen(): Promise<OrderReadModel>
}

/** What every read model must do. `fixture` gives one that is empty. */
export function orderReadModelContract(name: string, fixture: () => Promise<ReadModelFixture>): void {
  describe(`${name} as a read model of orders`, () => {
    let model: OrderReadModel
    let reopen: () => Promise<OrderReadModel>

    beforeEach(async () => {
      const opened = await fixture()
      model = opened.model
      reopen = async () => {
        model = await opened.reopen()
        return model
      }
    })
    afterEach(() => model.close())

    test('knows nothing at first', async () => {
      expect(await model.get('o-1')).toBeUndefined()
      expect(await model.events('o-1')).toEqual([])
      expect(await model.list({ limit: 10 })).toEqual({ orders: [], next: null })
      await model.apply([])
    })

    test('shows an order as its events have made it, to the cent, and its history by version', async () => {
      const life = lifeOf('o-1')
      await model.apply(life)
      expect(await model.get('o-1')).toEqual(folded(life))
      expect(await model.get('o-1')).toMatchObject({ totalAmount: '45.90', status: 'delivered', version: 4 })
      expect(await model.events('o-1')).toEqual(life)
    })

    test('goes on where the last batch ended', async () => {
      const life = lifeOf('o-1')
      for (const event of life) await model.apply([event])
      expect(await model.get('o-1')).toEqual(folded(life))
      expect(await model.events('o-1')).toEqual(life)
    })

    test('is changed by no replay and never goes back', async () => {
      const life = lifeOf('o-1')
      await model.apply(life)
      for (const again of [life, life.slice(0, 1), life.slice(1, 3), [life[3]!, life[0]!], [life[2]!, life[2]!]]) {
        await model.apply(again)
        expect(await model.get('o-1')).toEqual(folded(life))
        expect(await model.events('o-1')).toEqual(life)
      }
    })

    test('keeps the first event it saw of a version', async () => {
      const [created, confirmed] = lifeOf('o-1')
      const late = { eventType: 'OrderCancelled', reason: 'too late', cancelledBy: 'customer' } as const
      const rival: OrderEvent = { ...envelope('o-1', 2, 9_000), ...late }
      await model.apply([created!, confirmed!])
      await model.apply([rival])
      expect(await model.get('o-1')).toEqual(folded([created!, confirmed!]))
      expect(await model.events('o-1')).toEqual([created, confirmed])
    })

    test('survives events of an order it never saw created', async () => {
      const [, confirmed] = lifeOf('o-1')
      await model.apply([confirmed!, ...lifeOf('o-2')])
      expect(await model.get('o-1')).toBeUndefined()
      expect(await model.events('o-1')).toEqual([confirmed])
      expect(await model.get('o-2')).toMatchObject({ status: 'delivered' })
    })

    test('ends at the same orders however the log is cut into batches, repeated and wound back', async () => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(fc.nat(9), fc.nat(5)), { minLength: 1, maxLength: 8 }), async (reads) => {
          const ids = [`w-${run}-a`, `w-${run}-b`, `w-${run++}-c`]
          const log = interleaved(ids.map((id) => lifeOf(id)))
          let end = 0
          for (const [length, back] of [...reads, [log.length, log.length] as const]) {
            const from = Math.max(0, end - back)
            const batch = log.slice(from, from + length)
            await model.apply(batch)
            end = Math.max(end, from + batch.length)
          }
          for (const id of ids) {
            expect(await model.get(id)).toEqual(folded(lifeOf(id)))
            expect(await model.events(id)).toEqual(lifeOf(id))
          }
        }),
        { numRuns: 15 },
      )
    })

    test('batches of the same orders at the same time leave the newest', async () => {
      const life = lifeOf('o-1')
      await Promise.all([
        model.apply(life),
        model.apply(life.slice(0, 2)),
        model.apply(life.slice(0, 1)),
        model.apply(life),
      ])
      expect(await model.get('o-1')).toEqual(folded(life))
      expect(await model.events('o-1')).toEqual(life)
    })

    test('keeps everything over a restart', async () => {
      const life = lifeOf('o-1')
      await model.apply(life.slice(0, 2))
      const reopened = await reopen()
      expect(await reopened.get('o-1')).toEqual(folded(life.slice(0, 2)))
      await reopened.apply(life)
      expect(await reopened.get('o-1')).toEqual(folded(life))
    })

    describe('listing', () => {
      const customers = ['ann', 'bob']
      const orders = Array.from({ length: 12 }, (_, n) =>
        lifeOf(`l-${String(n).padStart(2, '0')}`, customers[n % 2], 1_000 + Math.floor(n / 3)),
      )

      beforeEach(() => model.apply(orders.flatMap((life, n) => life.slice(0, (n % 4) + 1))))

      const ids = ({ orders: found }: OrderPage) => found.map((order) => order.orderId)

      test('shows the newest first', async () => {
        expect(ids(await model.list({ limit: 5 }))).toEqual(['l-11', 'l-10', 'l-09', 'l-08', 'l-07'])
      })

      test.each<[string, Omit<OrderQuery, 'limit'>, (order: Order) => boolean]>([
        ['all', {}, () => true],
        ['of a customer', { customerId: 'bob' }, (order) => order.customerId === 'bob'],
        ['in a status', { status: 'dispatched' }, (order) => order.status === 'dispatched'],
        [
          'of a customer in a status',
          { customerId: 'ann', status: 'created' },
          (order) => order.customerId === 'ann' && order.status === 'created',
        ],
        ['of nobody', { customerId: 'nobody' }, () => false],
      ])('pages through %s without a gap or a repeat', async (_, filter, matches) => {
        const expected = (await model.list({ limit: 100 })).orders.filter(matches)
        for (const limit of [1, 2, 5, 12]) {
          const seen: Order[] = []
          for (let page: OrderPage | undefined; page === undefined || page.next !== null; ) {
            page = await model.list({ ...filter, limit, ...(page?.next && { after: page.next }) })
            expect(page.orders.length).toBeLessThanOrEqual(limit)
            seen.push(...page.orders)
          }
          expect(seen).toEqual(expected)
        }
      })

      test('a page goes on in its place while orders come and change', async () => {
        const first = await model.list({ limit: 4 })
        await model.apply([...lifeOf('l-99', 'ann', 5_000), ...orders.flat()])
        const rest = await model.list({ limit: 100, after: first.next! })
        expect(ids(first).concat(ids(rest))).toEqual(orders.map((life) => life[0]!.aggregateId).reverse())
      })

      test('an order leaves the list of a status it is no longer in', async () => {
        await model.apply(orders.flat())
        expect(ids(await model.list({ status: 'created', limit: 100 }))).toEqual([])
        expect(ids(await model.list({ status: 'delivered', limit: 100 }))).toHaveLength(12)
      })
    })

    test('ids of any characters stay apart', async () => {
      const ids = ['a', 'a/', 'a/b', 'a%2Fb', 'ü', '.', '$x', 'A', '']
      await model.apply(ids.flatMap((id) => lifeOf(id, id)))
      for (const id of ids) {
        expect(await model.get(id)).toEqual(folded(lifeOf(id, id)))
        expect(await model.events(id)).toEqual(lifeOf(id, id))
        expect((await model.list({ customerId: id, limit: 10 })).orders.map((order) => order.orderId)).toEqual([id])
      }
    })
  })
}

function folded(events: readonly OrderEvent[]): Order | null {
  return events.reduce<Order | null>(evolveOrder, null)
}

function envelope(orderId: string, version: number, at: number) {
  return {
    eventId: `${orderId}:${version}:${at}`,
    aggregateId: orderId,
    occurredOn: at,
    version,
    causationId: `c-${version}`,
  }
}

/** From created to delivered in four versions. */
function lifeOf(orderId: string, customerId = 'ann', at = 1_000): readonly OrderEvent[] {
  const items = [{ menuItemId: 'm-1', name: 'Ramen', price: '12.99', quantity: 2 }]
  return [
    {
      ...envelope(orderId, 1, at),
      eventType: 'OrderCreated',
      customerId,
      restaurantId: 'r-1',
      deliveryAddress: null,
      totalAmount: '45.90',
      items,
    },
    {
      ...envelope(orderId, 2, at + 1),
      eventType: 'OrderConfirmed',
      paymentId: 'p-1',
      amount: '45.90',
      confirmedBy: 'payment',
      restaurantId: 'r-1',
    },
    { ...envelope(orderId, 3, at + 2), eventType: 'OrderDispatched', dispatchId: 'd-1', restaurantId: null },
    { ...envelope(orderId, 4, at + 3), eventType: 'OrderDelivered', deliveredAt: at + 3 },
  ]
}

/** One log of several lives, each in its own order. */
function interleaved(lives: readonly (readonly OrderEvent[])[]): readonly OrderEvent[] {
  const longest = Math.max(...lives.map((life) => life.length))
  return Array.from({ length: longest }, (_, n) => lives.flatMap((life) => life.slice(n, n + 1))).flat()
}
