import type { Log, SchemaRegistry } from 'millrace'
import type { OrderEvent } from '../../../schemas/generated/order-event'
import { orderEvents } from '../../../schemas/topics'
import { readTopic } from '../read'

export interface EventsRead {
  /** Each partition's in order, one partition after the other. */
  readonly events: readonly OrderEvent[]
  at(partition: number, offset: number): OrderEvent | undefined
}

/** All that is committed in order-events. */
export async function readEvents(log: Log, registry: SchemaRegistry): Promise<EventsRead> {
  const serde = orderEvents.value.open({ topic: orderEvents.name, role: 'value', registry })
  await serde.ready
  const byPlace = new Map<string, OrderEvent>()
  const partitions = await readTopic(log, orderEvents.name)
  for (const [partition, records] of partitions.entries()) {
    await serde.prepare?.(records.map(({ value }) => value))
    for (const { offset, value } of records) byPlace.set(`${partition}@${offset}`, serde.decode(value))
  }
  return { events: [...byPlace.values()], at: (partition, offset) => byPlace.get(`${partition}@${offset}`) }
}
