import type { BatchSink } from 'millrace'
import type { OrderEvent } from '../schemas/generated/order-event'
import type { OrderReadModel } from './port'

/** Feeds a read model from a topology, batch by batch: `stream(orderEvents).toBatchSink('order-views', viewsOf(model))`. */
export function viewsOf(model: Pick<OrderReadModel, 'apply'>): BatchSink<string, OrderEvent> {
  return { write: (records) => model.apply(records.map((record) => record.value)) }
}
