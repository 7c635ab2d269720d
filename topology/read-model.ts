/** The read model: every order event, in the order of its partition, is projected outside the log. */
import { type BatchSink, stream, type Topology, topology } from 'millrace'
import type { OrderEvent } from '../schemas/generated/order-event'
import { orderEvents } from '../schemas/topics'
import { overheard } from './overheard'

export function readModel(views: BatchSink<string, OrderEvent>): Topology {
  return topology('read-model', [stream(orderEvents, overheard).toBatchSink('order-views', views)])
}
