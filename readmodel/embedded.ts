import { ClassicLevel } from 'classic-level'
import { MillraceError, messageOf, OutageError, TerminalError } from 'millrace'
import { project } from '../processors/projection'
import type { OrderEvent } from '../schemas/generated/order-event'
import { newOrder, type Order } from '../schemas/generated/order-outcome'
import { eventKey, eventKeys, indexKeys, listKeys, orderKey, orderKeyOf } from './keys'
import type { OrderPage, OrderQuery, OrderReadModel } from './port'

/** What an index entry holds: all it says is in its key. */
const entry = 1

type Stored = Order | OrderEvent | typeof entry
type Level = ClassicLevel<string, Stored>
type Write = { type: 'put'; key: string; value: Stored } | { type: 'del'; key: string }

/**
 * A read model in a directory of this machine, for one process. A batch of events is one batch of writes, orders,
 * history and indexes together, forced to the disk.
 * @throws MillraceError STATE_LOCKED (another process has it), STATE_CORRUPT; OutageError STATE_UNAVAILABLE
 */
export async function openEmbeddedReadModel(directory: string): Promise<OrderReadModel> {
  const level: Level = new ClassicLevel<string, Stored>(directory, { valueEncoding: 'json' })
  await level.open().catch((error: unknown) => {
    throw openingError(directory, error)
  })
  let applied: Promise<void> = Promise.resolve()

  return {
    // One batch after the other: each reads what the last one wrote.
    apply: (events) => {
      const own = applied.then(() => guarded(() => apply(level, events)))
      applied = own.catch(() => undefined)
      return own
    },
    get: (orderId) => guarded(async () => whole((await level.get(orderKey(orderId))) as Order | undefined)),
    list: (query) => guarded(() => list(level, query)),
    events: (orderId) => guarded(async () => (await level.values(eventKeys(orderId)).all()) as OrderEvent[]),
    close: async () => {
      await applied
      await level.close()
    },
  }
}

async function apply(level: Level, events: readonly OrderEvent[]): Promise<void> {
  const ids = [...new Set(events.map((event) => event.aggregateId))]
  const found = (await level.getMany(ids.map(orderKey))) as (Order | undefined)[]
  const present = new Map(found.flatMap((order) => (order === undefined ? [] : [[order.orderId, order] as const])))
  const { changed, history } = project(present, events)
  const recorded = await level.getMany(history.map(({ aggregateId, version }) => eventKey(aggregateId, version)))
  const writes: Write[] = [
    ...history.filter((_, index) => recorded[index] === undefined).map(putEvent),
    ...changed.flatMap((order) => putOrder(order, present.get(order.orderId))),
  ]
  if (writes.length > 0) await level.batch(writes, { sync: true })
}

function putEvent(event: OrderEvent): Write {
  return { type: 'put', key: eventKey(event.aggregateId, event.version), value: event }
}

function putOrder(order: Order, before: Order | undefined): readonly Write[] {
  const now = new Set(indexKeys(order))
  const gone = before === undefined ? [] : indexKeys(before).filter((key) => !now.has(key))
  return [
    ...gone.map((key): Write => ({ type: 'del', key })),
    ...[...now].map((key): Write => ({ type: 'put', key, value: entry })),
    { type: 'put', key: orderKey(order.orderId), value: order },
  ]
}

/** Reads index and orders as of one instant: otherwise an order could change its status between the two. */
async function list(level: Level, { limit, ...query }: OrderQuery): Promise<OrderPage> {
  const snapshot = level.snapshot()
  try {
    const keys = await level.keys({ ...listKeys(query), reverse: true, limit: limit + 1, snapshot }).all()
    const found = (await level.getMany(keys.slice(0, limit).map(orderKeyOf), { snapshot })) as Order[]
    const orders = found.map(newOrder)
    const last = orders.at(-1)
    const more = keys.length > limit && last !== undefined
    return { orders, next: more ? { createdAt: last.createdAt, orderId: last.orderId } : null }
  } finally {
    await snapshot.close()
  }
}

/** Also an order that was kept before it had all the fields it has today. */
function whole(order: Order | undefined): Order | undefined {
  return order && newOrder(order)
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new OutageError('STATE_UNAVAILABLE', `the read model cannot be used: ${messageOf(error)}`, { cause: error })
  }
}

function openingError(directory: string, error: unknown): MillraceError {
  const cause = error instanceof Error ? (error.cause as { readonly code?: string } | undefined) : undefined
  const details = { cause: error, details: { directory } }
  switch (cause?.code) {
    case 'LEVEL_LOCKED':
      return new MillraceError('STATE_LOCKED', `the read model in ${directory} is in use by another process`, details)
    case 'LEVEL_CORRUPTION':
      return new TerminalError(
        'STATE_CORRUPT',
        `the read model in ${directory} is damaged: remove it and replay order-events`,
        details,
      )
    default:
      return new OutageError(
        'STATE_UNAVAILABLE',
        `the read model in ${directory} cannot be opened: ${messageOf(cause ?? error)}`,
        details,
      )
  }
}
