/** The offline verifier: reads only topics, after all processes have stopped, and knows nothing of how they work. */
import { type Log, readRanges, type SchemaRegistry, type Topic, wholeRanges } from 'millrace'
import { orderEvents, paymentEvents } from '../../schemas/topics'
import type { CreatedOrder } from './load'

export interface Violations {
  /** Acknowledged orders without an event. */
  readonly lost: readonly string[]
  /** Orders whose versions are not 1, 2, 3, … in the order of the topic. */
  readonly disordered: readonly string[]
  /** Orders created, paid or ended more than once, or event ids that occur twice. */
  readonly doubled: readonly string[]
  /** Orders that did not come to the end they should. */
  readonly unfinished: readonly string[]
  /** Orders of the same run that nobody was told of. */
  readonly unknown: readonly string[]
}

export const none: Violations = { lost: [], disordered: [], doubled: [], unfinished: [], unknown: [] }

const delivered = ['OrderCreated', 'OrderConfirmed', 'OrderDispatched', 'OrderDelivered']
const cancelled = ['OrderCreated', 'OrderCancelled']

export async function verifyOrders(
  log: Log,
  registry: SchemaRegistry,
  orders: readonly CreatedOrder[],
): Promise<Violations> {
  const events = byKey(await readTopic(log, registry, orderEvents))
  const payments = byKey(await readTopic(log, registry, paymentEvents))
  const acknowledged = new Map(orders.map((order) => [order.orderId, order]))
  const typesOf = (orderId: string) => (events.get(orderId) ?? []).map(({ eventType }) => eventType)
  const expected = ({ declined }: CreatedOrder) => (declined ? cancelled : delivered)
  const run = orders[0]!.run
  const ids = [...events].flatMap(([id, [first]]) =>
    first?.eventType === 'OrderCreated' && first.customerId.endsWith(run) ? [id] : [],
  )
  return {
    lost: orders.filter(({ orderId }) => !events.has(orderId)).map(({ orderId }) => orderId),
    disordered: ids.filter((id) => events.get(id)!.some(({ version }, index) => version !== index + 1)),
    doubled: ids.filter(
      (id) =>
        hasRepeats(typesOf(id)) ||
        hasRepeats(events.get(id)!.map(({ eventId }) => eventId)) ||
        (payments.get(id)?.length ?? 0) > 1,
    ),
    unfinished: orders
      .filter((order) => typesOf(order.orderId).join() !== expected(order).join())
      .map(({ orderId }) => orderId),
    unknown: ids.filter((id) => !acknowledged.has(id)),
  }
}

function hasRepeats(values: readonly string[]): boolean {
  return new Set(values).size < values.length
}

function byKey<V>(records: readonly { readonly key: string; readonly value: V }[]): ReadonlyMap<string, readonly V[]> {
  const all = new Map<string, V[]>()
  for (const { key, value } of records) all.set(key, [...(all.get(key) ?? []), value])
  return all
}

/** Every committed record of a topic, partition by partition in the order of offsets. */
export async function readTopic<V>(
  log: Log,
  registry: SchemaRegistry,
  topic: Topic<string, V>,
): Promise<readonly { readonly key: string; readonly value: V }[]> {
  const key = topic.key.open({ topic: topic.name, role: 'key', registry })
  const value = topic.value.open({ topic: topic.name, role: 'value', registry })
  await value.ready
  const { partitions } = (await log.admin.describeTopics([topic.name])).get(topic.name)!
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic: topic.name, partition }))
  const records: { key: string; value: V }[] = []
  for await (const batch of readRanges(log, await wholeRanges(log, all))) {
    await value.prepare?.(batch.records.map((record) => record.value))
    records.push(...batch.records.map((record) => ({ key: key.decode(record.key), value: value.decode(record.value) })))
  }
  return records
}
