// Generated from order-event.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

/** One line of an order. */
export interface OrderItem {
  readonly menuItemId: string
  readonly name: string
  /** Price of one piece. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly price: string
  readonly quantity: number
}

/** An order was opened. */
export interface OrderCreated {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'OrderCreated'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly customerId: string
  readonly restaurantId: string
  /** May exceed the sum of the items (fees, tips). Decimal text, at most 12 digits, 2 of them after the point. */
  readonly totalAmount: string
  readonly items: readonly OrderItem[]
  /** Where the order is to be brought, where the customer has said so. Personal: sealed wherever it is kept, "[redacted]" once forgotten. */
  readonly deliveryAddress: string | null
}

/** As it may be given: what has a default may be left out. */
export type OrderCreatedInput = WithDefaults<OrderCreated, 'deliveryAddress'>

/** Puts the schema's defaults in for what is left out. */
export function newOrderCreated(input: OrderCreatedInput): OrderCreated {
  return withDefaults<OrderCreated, 'deliveryAddress'>({ deliveryAddress: null }, input)
}

export type ConfirmedBy = 'payment' | 'customer'

/** The order is paid. */
export interface OrderConfirmed {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'OrderConfirmed'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly paymentId: string
  /** What was paid. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly amount: string
  readonly confirmedBy: ConfirmedBy
  /** Where the order is to be picked up. */
  readonly restaurantId: string
}

export type CancelledBy = 'customer' | 'payment' | 'unknown'

/** The order was given up. */
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
  /** Who gave it up; unknown only where nobody can say any more. */
  readonly cancelledBy: CancelledBy
}

/** As it may be given: what has a default may be left out. */
export type OrderCancelledInput = WithDefaults<OrderCancelled, 'cancelledBy'>

/** Puts the schema's defaults in for what is left out. */
export function newOrderCancelled(input: OrderCancelledInput): OrderCancelled {
  return withDefaults<OrderCancelled, 'cancelledBy'>({ cancelledBy: 'unknown' }, input)
}

/** The order is on its way. */
export interface OrderDispatched {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'OrderDispatched'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly dispatchId: string
  /** Where it was picked up, where that is known. */
  readonly restaurantId: string | null
}

/** As it may be given: what has a default may be left out. */
export type OrderDispatchedInput = WithDefaults<OrderDispatched, 'restaurantId'>

/** Puts the schema's defaults in for what is left out. */
export function newOrderDispatched(input: OrderDispatchedInput): OrderDispatched {
  return withDefaults<OrderDispatched, 'restaurantId'>({ restaurantId: null }, input)
}

/** The order has arrived. */
export interface OrderDelivered {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'OrderDelivered'
  /** The command or event that led to this one. */
  readonly causationId: string
  /** Milliseconds since the epoch. */
  readonly deliveredAt: number
}

/** A payment was taken that the order does not need. */
export interface OrderRefundRequested {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'OrderRefundRequested'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly paymentId: string
  /** Decimal text, at most 12 digits, 2 of them after the point. */
  readonly amount: string
  readonly reason: string
}

/** The payment was given back. */
export interface OrderRefunded {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The order. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'OrderRefunded'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly paymentId: string
  readonly refundId: string
}

export type OrderEvent = OrderCreated | OrderConfirmed | OrderCancelled | OrderDispatched | OrderDelivered | OrderRefundRequested | OrderRefunded

/** The text of order-event.avsc, as it is registered. */
export const orderEventSchema = avroSchema<OrderEvent>(
  '[{"type":"record","name":"OrderCreated","namespace":"orders.events","doc":"An order was opened.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderCreatedEventType","symbols":["OrderCreated"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"customerId","type":"string","millrace.subject":true},{"name":"restaurantId","type":"string"},{"name":"totalAmount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"May exceed the sum of the items (fees, tips)."},{"name":"items","type":{"type":"array","items":{"type":"record","name":"OrderItem","doc":"One line of an order.","fields":[{"name":"menuItemId","type":"string"},{"name":"name","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"Price of one piece."},{"name":"quantity","type":"int"}]}}},{"name":"deliveryAddress","type":["null","string"],"doc":"Where the order is to be brought, where the customer has said so.","default":null,"confluent:tags":["PII"],"millrace.redacted":"[redacted]"}]},{"type":"record","name":"OrderConfirmed","namespace":"orders.events","doc":"The order is paid.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderConfirmedEventType","symbols":["OrderConfirmed"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"paymentId","type":"string"},{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"What was paid."},{"name":"confirmedBy","type":{"type":"enum","name":"ConfirmedBy","symbols":["payment","customer"]}},{"name":"restaurantId","type":"string","doc":"Where the order is to be picked up."}]},{"type":"record","name":"OrderCancelled","namespace":"orders.events","doc":"The order was given up.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderCancelledEventType","symbols":["OrderCancelled"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"reason","type":"string"},{"name":"cancelledBy","type":{"type":"enum","name":"CancelledBy","symbols":["customer","payment","unknown"]},"doc":"Who gave it up; unknown only where nobody can say any more.","default":"unknown"}]},{"type":"record","name":"OrderDispatched","namespace":"orders.events","doc":"The order is on its way.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderDispatchedEventType","symbols":["OrderDispatched"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"dispatchId","type":"string"},{"name":"restaurantId","type":["null","string"],"doc":"Where it was picked up, where that is known.","default":null}]},{"type":"record","name":"OrderDelivered","namespace":"orders.events","doc":"The order has arrived.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderDeliveredEventType","symbols":["OrderDelivered"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"deliveredAt","type":{"type":"long","logicalType":"timestamp-millis"}}]},{"type":"record","name":"OrderRefundRequested","namespace":"orders.events","doc":"A payment was taken that the order does not need.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderRefundRequestedEventType","symbols":["OrderRefundRequested"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"paymentId","type":"string"},{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},{"name":"reason","type":"string"}]},{"type":"record","name":"OrderRefunded","namespace":"orders.events","doc":"The payment was given back.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The order."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"OrderRefundedEventType","symbols":["OrderRefunded"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"paymentId","type":"string"},{"name":"refundId","type":"string"}]}]',
)

export const orderEventSerde = avro(orderEventSchema)
