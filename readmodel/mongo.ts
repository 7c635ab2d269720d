import { type AnyBulkWriteOperation, type Collection, type Filter, MongoClient } from 'mongodb'
import { project } from '../processors/projection'
import type { OrderEvent } from '../schemas/generated/order-event'
import type { Order } from '../schemas/generated/order-outcome'
import {
  documentOf,
  type EventDocument,
  eventDocumentOf,
  eventOf,
  type OrderDocument,
  orderOf,
} from './mongo-documents'
import { exceptDuplicates, outage } from './mongo-errors'
import type { OrderPage, OrderQuery, OrderReadModel } from './port'

export interface MongoReadModelOptions {
  /** The database; where absent the one the address names, and `orders` where it names none. */
  readonly database?: string
  /** How long a call waits for a server before it counts as an outage (ms). Default 5,000. */
  readonly timeoutMs?: number
}

interface Collections {
  readonly orders: Collection<OrderDocument>
  readonly events: Collection<EventDocument>
}

/**
 * A read model in MongoDB, which many processes may feed and ask at once: a write is guarded by the order's version, so
 * that whoever comes late changes nothing. It connects on first use, so that the platform starts while MongoDB is away.
 */
export function mongoReadModel(uri: string, options: MongoReadModelOptions = {}): OrderReadModel {
  const { timeoutMs = 5_000, database = namedIn(uri) ?? 'orders' } = options
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    // Without it who finds no free connection waits for one for ever.
    waitQueueTimeoutMS: timeoutMs,
    socketTimeoutMS: 4 * timeoutMs,
  })
  const db = client.db(database)
  const collections: Collections = { orders: db.collection('orders'), events: db.collection('order_events') }
  let ready: Promise<void> | undefined

  /** Once it has worked it is done for good; as long as it fails, each call tries again. */
  async function prepare(): Promise<void> {
    // A client whose first connection failed is not repaired by its next operation, only by another `connect`.
    ready ??= client.connect().then(() => createIndexes(collections))
    const own = ready
    await own.catch((error: unknown) => {
      if (ready === own) ready = undefined
      throw error
    })
  }

  async function guarded<T>(work: (collections: Collections) => Promise<T>): Promise<T> {
    try {
      await prepare()
      return await work(collections)
    } catch (error) {
      throw outage(error)
    }
  }

  return {
    apply: (events) => guarded((to) => apply(to, events)),
    get: (orderId) => guarded(async ({ orders }) => present(await orders.findOne({ _id: orderId }))),
    list: (query) => guarded(({ orders }) => list(orders, query)),
    events: (orderId) => guarded(({ events }) => history(events, orderId)),
    close: () => client.close(),
  }
}

async function createIndexes({ orders, events }: Collections): Promise<void> {
  const newestFirst = { createdAt: -1, _id: -1 } as const
  await orders.createIndexes([
    { name: 'newest_first', key: newestFirst },
    { name: 'by_customer', key: { customerId: 1, ...newestFirst } },
    { name: 'by_status', key: { status: 1, ...newestFirst } },
    { name: 'by_customer_and_status', key: { customerId: 1, status: 1, ...newestFirst } },
  ])
  await events.createIndexes([{ name: 'history', key: { aggregateId: 1, version: 1 }, unique: true }])
}

/** History first: an order is never ahead of what its history can tell, and a batch broken off is completed by its repeat. */
async function apply({ orders, events }: Collections, batch: readonly OrderEvent[]): Promise<void> {
  if (batch.length === 0) return
  const ids = [...new Set(batch.map((event) => event.aggregateId))]
  const found = await orders.find({ _id: { $in: ids } }).toArray()
  const { changed, history } = project(new Map(found.map((document) => [document._id, orderOf(document)])), batch)
  await events.bulkWrite(history.map(insertOnce), { ordered: false }).catch(exceptDuplicates)
  if (changed.length > 0) await orders.bulkWrite(changed.map(replaceOlder), { ordered: false }).catch(exceptDuplicates)
}

function insertOnce(event: OrderEvent): AnyBulkWriteOperation<EventDocument> {
  const { aggregateId, version, ...rest } = eventDocumentOf(event)
  return {
    updateOne: {
      filter: { aggregateId, version },
      update: { $setOnInsert: rest as Partial<EventDocument> },
      upsert: true,
    },
  }
}

function replaceOlder(order: Order): AnyBulkWriteOperation<OrderDocument> {
  const { _id, ...replacement } = documentOf(order)
  return { replaceOne: { filter: { _id, version: { $lt: order.version } }, replacement, upsert: true } }
}

async function list(
  orders: Collection<OrderDocument>,
  { customerId, status, limit, after }: OrderQuery,
): Promise<OrderPage> {
  const filter: Filter<OrderDocument> = {
    ...(customerId !== undefined && { customerId }),
    ...(status !== undefined && { status }),
    ...(after !== undefined && behind(after)),
  }
  const found = await orders
    .find(filter)
    .sort({ createdAt: -1, _id: -1 })
    .limit(limit + 1)
    .toArray()
  const page = found.slice(0, limit).map(orderOf)
  const last = page.at(-1)
  const more = found.length > limit && last !== undefined
  return { orders: page, next: more ? { createdAt: last.createdAt, orderId: last.orderId } : null }
}

function behind({ createdAt, orderId }: NonNullable<OrderQuery['after']>): Filter<OrderDocument> {
  const at = new Date(createdAt)
  return { $or: [{ createdAt: { $lt: at } }, { createdAt: at, _id: { $lt: orderId } }] }
}

async function history(events: Collection<EventDocument>, orderId: string): Promise<readonly OrderEvent[]> {
  const found = await events.find({ aggregateId: orderId }).sort({ version: 1 }).toArray()
  return found.map((document) => eventOf(document as EventDocument))
}

function present(document: OrderDocument | null): Order | undefined {
  return document === null ? undefined : orderOf(document)
}

/** The database in `mongodb://user:password@host:27017,other:27017/database?options`. */
function namedIn(uri: string): string | undefined {
  return /^[^/]+\/\/[^/]+\/([^?/]+)/.exec(uri)?.[1]
}
