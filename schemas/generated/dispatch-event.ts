// Generated from dispatch-event.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

/** A courier has taken the order. */
export interface OrderDispatched {
  /** Derived from the order event it answers, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** The version of the order to which it answers: it rises, with gaps. */
  readonly version: number
  readonly eventType: 'OrderDispatched'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly dispatchId: string
  /** The payment it was joined with. */
  readonly paymentId: string
  /** Where it was picked up, where that is known. */
  readonly restaurantId: string | null
}

/** As it may be given: what has a default may be left out. */
export type OrderDispatchedInput = WithDefaults<OrderDispatched, 'restaurantId'>

/** Puts the schema's defaults in for what is left out. */
export function newOrderDispatched(input: OrderDispatchedInput): OrderDispatched {
  return withDefaults<OrderDispatched, 'restaurantId'>({ restaurantId: null }, input)
}

export type DispatchEvent = OrderDispatched

/** The text of dispatch-event.avsc, as it is registered. */
export const dispatchEventSchema = avroSchema<DispatchEvent>(
  '[{"type":"record","name":"OrderDispatched","namespace":"dispatch.events","doc":"A courier has taken the order.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the order event it answers, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"The version of the order to which it answers: it rises, with gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderDispatchedEventType","symbols":["OrderDispatched"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"dispatchId","type":"string"},{"name":"paymentId","type":"string","doc":"The payment it was joined with."},{"name":"restaurantId","type":["null","string"],"doc":"Where it was picked up, where that is known.","default":null}]}]',
)

export const dispatchEventSerde = avro(dispatchEventSchema)
