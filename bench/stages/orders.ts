/** Commands that create orders, and a look at what has become of them. */
import { type Log, type LogRegistry, openTopicWriter, systemClock } from 'millrace'
import { newCreateOrder } from '../../schemas/generated/order-command'
import type { OrderEvent } from '../../schemas/generated/order-event'
import * as topics from '../../schemas/topics'

const AT_ONCE = 5_000

export async function createOrderTopics(log: Log): Promise<void> {
  const all = [topics.orderCommands, topics.orderEvents, topics.orderOutcomes, topics.paymentEvents]
  await log.admin.createTopics(
    [...all, topics.dispatchEvents, topics.deliveryEvents].map(({ name, partitions = 4, config }) => ({
      name,
      partitions,
      config,
    })),
  )
}

export async function askForOrders(log: Log, registry: LogRegistry, from: number, count: number): Promise<void> {
  const clientId = 'bench'
  const writer = await openTopicWriter({ log, topic: topics.orderCommands, clientId, clock: systemClock, registry })
  for (let order = from; order < from + count; order += AT_ONCE) {
    const written = Array.from({ length: Math.min(AT_ONCE, from + count - order) }, (_, at) => {
      const command = newCreateOrder({
        commandType: 'CreateOrder',
        commandId: `c-${order + at}`,
        customerId: `customer-${(order + at) % 997}`,
        restaurantId: `restaurant-${(order + at) % 53}`,
        totalAmount: '45.99',
        items: [{ menuItemId: 'm-1', name: 'Ramen', price: '12.99', quantity: 2 }],
      })
      return writer.write(`order-${order + at}`, command)
    })
    await Promise.all(written)
  }
  await writer.close()
}

/** Calls `onDelivered` as orders come to their end; each has its events once, in the order of its versions. */
export async function watchOrders(
  log: Log,
  registry: LogRegistry,
  signal: AbortSignal,
  onDelivered: (order: string) => void,
): Promise<void> {
  const serde = topics.orderEvents.value.open({ topic: topics.orderEvents.name, role: 'value', registry })
  await serde.ready
  const versions = new Map<string, number>()
  const reader = await log.reader({ isolation: 'read_committed' })
  const see = (order: string, event: OrderEvent) => {
    const expected = (versions.get(order) ?? 0) + 1
    if (event.version !== expected) {
      throw new Error(`${order}: version ${event.version} (${event.eventType}) where ${expected} was to come`)
    }
    versions.set(order, expected)
    if (event.eventType === 'OrderDelivered') onDelivered(order)
  }
  try {
    const partitions = Array.from({ length: topics.orderEvents.partitions ?? 4 }, (_, partition) => partition)
    reader.assign(partitions.map((partition) => ({ topic: topics.orderEvents.name, partition, offset: 0 })))
    while (!signal.aborted) {
      for (const batch of await reader.poll(100)) {
        await serde.prepare?.(batch.records.map(({ value }) => value))
        for (const { key, value } of batch.records) see(key!.toString('utf8'), serde.decode(value) as OrderEvent)
      }
    }
  } finally {
    await reader.close()
  }
}
