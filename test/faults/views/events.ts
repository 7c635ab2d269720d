import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Log, OutageError, openTopicWriter, type SchemaRegistry, systemClock } from 'millrace'
import type { OrderEvent } from '../../../schemas/generated/order-event'
import { orderEvents } from '../../../schemas/topics'
import { openJournal } from '../journal'
import type { Operation } from '../load'
import type { Random } from '../random'

export interface EventLoad {
  /** Resolves when everything sent has its result. Stopping twice is fine. */
  stop(): Promise<readonly Operation[]>
}

export interface EventLoadOptions {
  readonly log: Log
  readonly registry: SchemaRegistry
  readonly random: Random
  readonly perSecond: number
  /** Begins the ids of this run's orders: all runs share the topic. */
  readonly prefix: string
  readonly journalFile: string
}

const TICK_MS = 20
/** Orders under way at once. */
const OPEN_ORDERS = 200
const CUSTOMERS = 25
const CANCELLED_ONE_IN = 10

interface OpenOrder {
  readonly id: string
  version: number
}

/** Sends the events of many orders at a steady rate, each order's in version order, until stopped. */
export async function startEvents(options: EventLoadOptions): Promise<EventLoad> {
  const { log, registry, random, perSecond, prefix, journalFile } = options
  const clock = systemClock
  const writer = await openTopicWriter({ log, topic: orderEvents, clientId: 'events', clock, registry })
  const journal = openJournal(journalFile)
  const pending = new Set<Promise<void>>()
  const open: OpenOrder[] = []
  let stopping: Promise<readonly Operation[]> | undefined
  let orders = 0
  let sent = 0

  const sendNext = () => {
    while (open.length < OPEN_ORDERS) open.push({ id: `${prefix}-${orders++}`, version: 0 })
    const place = random.below(open.length)
    const order = open[place]!
    order.version += 1
    const event = nextEvent(order, { random, n: sent, prefix })
    if (isLast(event)) open.splice(place, 1)
    const own = { n: sent, key: order.id, bytes: Buffer.from(JSON.stringify(event)), kind: 'command' } as const
    sent += 1
    const operation = writer
      .write(order.id, event)
      .then(
        ({ partition, offset }) => journal.note({ ...own, result: 'ok', place: { partition, offset } }),
        (error: unknown) => journal.note({ ...own, result: error instanceof OutageError ? 'unknown' : 'failed' }),
      )
      .finally(() => pending.delete(operation))
    pending.add(operation)
  }
  const run = async () => {
    let due = 0
    let before = Date.now()
    while (stopping === undefined) {
      await sleep(TICK_MS)
      const now = Date.now()
      due = Math.min(due + ((now - before) * perSecond) / 1_000, perSecond)
      before = now
      for (; due >= 1; due -= 1) sendNext()
    }
  }
  const running = run()
  const end = async () => {
    await running
    await Promise.all(pending)
    await writer.close()
    await journal.close()
    return journal.operations
  }
  return {
    stop: () => {
      stopping ??= end()
      return stopping
    },
  }
}

interface Making {
  readonly random: Random
  readonly n: number
  readonly prefix: string
}

const isLast = ({ eventType }: OrderEvent) => eventType === 'OrderDelivered' || eventType === 'OrderCancelled'

function nextEvent({ id, version }: OpenOrder, { random, n, prefix }: Making): OrderEvent {
  const common = {
    eventId: uuid(prefix, n),
    aggregateId: id,
    occurredOn: 1_700_000_000_000 + n,
    version,
    causationId: `cause-${n}`,
  }
  const restaurantId = `restaurant-${random.below(10)}`
  if (version === 1) {
    const items = [{ menuItemId: 'dish', name: 'Dish', price: '12.50', quantity: 1 + random.below(3) }]
    const customerId = `${prefix}-customer-${random.below(CUSTOMERS)}`
    const order = { customerId, restaurantId, totalAmount: '12.50', items, deliveryAddress: null }
    return { ...common, eventType: 'OrderCreated', ...order }
  }
  if (random.below(CANCELLED_ONE_IN) === 0) {
    return { ...common, eventType: 'OrderCancelled', reason: `reason ${n}`, cancelledBy: 'customer' }
  }
  if (version === 2)
    return {
      ...common,
      eventType: 'OrderConfirmed',
      paymentId: `payment-${n}`,
      amount: '12.50',
      confirmedBy: 'payment',
      restaurantId,
    }
  if (version === 3) return { ...common, eventType: 'OrderDispatched', dispatchId: `dispatch-${n}`, restaurantId }
  return { ...common, eventType: 'OrderDelivered', deliveredAt: common.occurredOn }
}

/** One of its own for each event of each run. */
function uuid(prefix: string, n: number): string {
  const head = createHash('sha256').update(prefix).digest('hex').slice(0, 8)
  return `${head}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
}
