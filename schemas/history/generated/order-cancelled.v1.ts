// Generated from order-cancelled.v1.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema } from 'millrace'

/** The order was given up: as it was before it said by whom. */
export interface OrderCancelled {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'OrderCancelled'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly reason: string
}

export type OrderCancelledV1 = OrderCancelled

/** The text of order-cancelled.v1.avsc, as it is registered. */
export const orderCancelledV1Schema = avroSchema<OrderCancelledV1>(
  '{"type":"record","name":"OrderCancelled","namespace":"orders.events","doc":"The order was given up: as it was before it said by whom.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderCancelledEventType","symbols":["OrderCancelled"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"reason","type":"string"}]}',
)

export const orderCancelledV1Serde = avro(orderCancelledV1Schema)
