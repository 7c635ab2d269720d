// Generated from delivery-event.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema } from 'millrace'

/** The courier has handed the order over. */
export interface OrderDelivered {
  /** Derived from the order event it answers, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** The version of the order to which it answers: it rises, with gaps. */
  readonly version: number
  readonly eventType: 'OrderDelivered'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly deliveryId: string
  /** Milliseconds since the epoch. */
  readonly deliveredAt: number
}

export type DeliveryEvent = OrderDelivered

/** The text of delivery-event.avsc, as it is registered. */
export const deliveryEventSchema = avroSchema<DeliveryEvent>(
  '[{"type":"record","name":"OrderDelivered","namespace":"delivery.events","doc":"The courier has handed the order over.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the order event it answers, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"The version of the order to which it answers: it rises, with gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderDeliveredEventType","symbols":["OrderDelivered"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"deliveryId","type":"string"},{"name":"deliveredAt","type":{"type":"long","logicalType":"timestamp-millis"}}]}]',
)

export const deliveryEventSerde = avro(deliveryEventSchema)
