import { isDeepStrictEqual } from 'node:util'
import { MongoClient } from 'mongodb'
import { type EventDocument, eventOf, type OrderDocument, orderOf } from '../../../readmodel/mongo-documents'
import type { OrderReadModel } from '../../../readmodel/port'
import type { OrderEvent } from '../../../schemas/generated/order-event'
import type { Order, OrderStatus } from '../../../schemas/generated/order-outcome'
import type { Violation } from './checks'

const PAGE = 200
const wrong = (what: string): Violation => ({ check: 'M', what })

const statusAfter: Readonly<Partial<Record<OrderEvent['eventType'], OrderStatus>>> = {
  OrderCreated: 'created',
  OrderConfirmed: 'confirmed',
  OrderCancelled: 'cancelled',
  OrderDispatched: 'dispatched',
  OrderDelivered: 'delivered',
}

/** An order as its events make it, by our own reading of them. */
function foldOf(events: readonly OrderEvent[]): Order | undefined {
  const [created] = events
  if (created?.eventType !== 'OrderCreated') return undefined
  const last = events.at(-1)!
  const find = <T extends OrderEvent['eventType']>(type: T) =>
    events.findLast((event): event is Extract<OrderEvent, { eventType: T }> => event.eventType === type)
  return {
    orderId: created.aggregateId,
    customerId: created.customerId,
    restaurantId: created.restaurantId,
    totalAmount: created.totalAmount,
    items: created.items,
    status: events.flatMap(({ eventType }) => statusAfter[eventType] ?? []).at(-1)!,
    version: last.version,
    paymentId: find('OrderConfirmed')?.paymentId ?? null,
    reason: find('OrderCancelled')?.reason ?? null,
    createdAt: created.occurredOn,
    updatedAt: last.occurredOn,
    deliveryAddress: created.deliveryAddress,
  }
}

export interface ReadModelEvidence {
  /** All that lies in order-events, in the order of each partition. */
  readonly events: readonly OrderEvent[]
  readonly orders: readonly Order[]
  readonly histories: ReadonlyMap<string, readonly OrderEvent[]>
}

type Found = Omit<ReadModelEvidence, 'events'>

/** After everything has ended: all orders of the model, page by page, and their histories. */
export async function readAll(model: OrderReadModel): Promise<Found> {
  const orders: Order[] = []
  const histories = new Map<string, readonly OrderEvent[]>()
  for (let page = await model.list({ limit: PAGE }); ; page = await model.list({ limit: PAGE, after: page.next })) {
    orders.push(...page.orders)
    if (page.next === null) break
  }
  for (const { orderId } of orders) histories.set(orderId, await model.events(orderId))
  return { orders, histories }
}

/** The same past all code of the model, document by document. */
export async function readDatabase(uri: string, database: string): Promise<Found> {
  const client = new MongoClient(uri)
  try {
    const db = client.db(database)
    const orders = await db.collection<OrderDocument>('orders').find().toArray()
    const events = await db.collection<EventDocument>('order_events').find().toArray()
    const sorted = events.map((document) => eventOf(document as EventDocument)).sort((a, b) => a.version - b.version)
    return { orders: orders.map(orderOf), histories: groupedByOrder(sorted) }
  } finally {
    await client.close()
  }
}

/** The read model is the fold of the events, order by order, and each history is their list. */
export function checkReadModel({ events, orders, histories }: ReadModelEvidence): readonly Violation[] {
  const byOrder = groupedByOrder(events)
  const present = new Map(orders.map((order) => [order.orderId, order]))
  const twice = orders.length - present.size
  return [
    ...(twice > 0 ? [wrong(`${twice} orders are in the list twice`)] : []),
    ...[...present.keys()]
      .filter((id) => !byOrder.has(id))
      .map((id) => wrong(`${id} is in the model, but has no event`)),
    ...[...byOrder].flatMap(([id, own]) => checkOrder(own, present.get(id), histories.get(id) ?? [])),
  ]
}

function groupedByOrder(events: readonly OrderEvent[]): ReadonlyMap<string, readonly OrderEvent[]> {
  const byOrder = new Map<string, OrderEvent[]>()
  for (const event of events) {
    const own = byOrder.get(event.aggregateId)
    if (own === undefined) byOrder.set(event.aggregateId, [event])
    else own.push(event)
  }
  return byOrder
}

function checkOrder(own: readonly OrderEvent[], found: Order | undefined, history: readonly OrderEvent[]) {
  const id = own[0]!.aggregateId
  const expected = foldOf(own)
  const shown = (order: Order | undefined) => (order === undefined ? 'none' : `${order.status} at ${order.version}`)
  const differs = (order: Order | undefined) => !isDeepStrictEqual(plain(order), plain(expected))
  return [
    ...(differs(found) ? [wrong(`${id}: the model has ${shown(found)}, the events make ${shown(expected)}`)] : []),
    ...(isDeepStrictEqual(plain(history), plain(own))
      ? []
      : [wrong(`${id}: its history has ${history.length} events, the topic ${own.length}, or others`)]),
  ]
}

/** Without what only the way of decoding makes: prototypes and the order of fields. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (_, own) =>
    own !== null && typeof own === 'object' && !Array.isArray(own)
      ? Object.fromEntries(Object.entries(own).sort(([one], [other]) => (one < other ? -1 : 1)))
      : own,
  )
}
