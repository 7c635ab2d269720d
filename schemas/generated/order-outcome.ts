// Generated from order-outcome.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

/** Why a command was refused. */
export interface Refusal {
  /** For programs. */
  readonly code: string
  /** For people. */
  readonly message: string
}

/** One line of an order. */
export interface OrderItem {
  readonly menuItemId: string
  readonly name: string
  /** Price of one piece. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly price: string
  readonly quantity: number
}

export type OrderStatus = 'created' | 'confirmed' | 'dispatched' | 'delivered' | 'cancelled'

/** The state of an order: the fold of its events. */
export interface Order {
  readonly orderId: string
  readonly customerId: string
  readonly restaurantId: string
  /** Decimal text, at most 12 digits, 2 of them after the point. */
  readonly totalAmount: string
  readonly items: readonly OrderItem[]
  readonly status: OrderStatus
  /** Number of its events. */
  readonly version: number
  /** The payment that confirmed it. */
  readonly paymentId: string | null
  /** Why it was cancelled. */
  readonly reason: string | null
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
  /** Where the order is to be brought, where the customer has said so. Personal: sealed wherever it is kept, "[redacted]" once forgotten. */
  readonly deliveryAddress: string | null
}

/** As it may be given: what has a default may be left out. */
export type OrderInput = WithDefaults<Order, 'paymentId' | 'reason' | 'deliveryAddress'>

/** Puts the schema's defaults in for what is left out. */
export function newOrder(input: OrderInput): Order {
  return withDefaults<Order, 'paymentId' | 'reason' | 'deliveryAddress'>({ paymentId: null, reason: null, deliveryAddress: null }, input)
}

/** The answer to a command of an order. */
export interface OrderOutcome {
  readonly commandId: string
  readonly accepted: boolean
  /** Version of the aggregate after the command; 0 when there is none. */
  readonly version: number
  readonly refusal: Refusal | null
  /** The aggregate after the command; null when there is none. */
  readonly state: Order | null
}

/** As it may be given: what has a default may be left out. */
export type OrderOutcomeInput = WithDefaults<OrderOutcome, 'refusal' | 'state'>

/** Puts the schema's defaults in for what is left out. */
export function newOrderOutcome(input: OrderOutcomeInput): OrderOutcome {
  return withDefaults<OrderOutcome, 'refusal' | 'state'>({ refusal: null, state: null }, input)
}

/** The text of order-outcome.avsc, as it is registered. */
export const orderOutcomeSchema = avroSchema<OrderOutcome>(
  '{"type":"record","name":"OrderOutcome","namespace":"orders.outcomes","doc":"The answer to a command of an order.","fields":[{"name":"commandId","type":"string"},{"name":"accepted","type":"boolean"},{"name":"version","type":"int","doc":"Version of the aggregate after the command; 0 when there is none."},{"name":"refusal","type":["null",{"type":"record","name":"Refusal","doc":"Why a command was refused.","fields":[{"name":"code","type":"string","doc":"For programs."},{"name":"message","type":"string","doc":"For people."}]}],"default":null},{"name":"state","type":["null",{"type":"record","name":"Order","doc":"The state of an order: the fold of its events.","fields":[{"name":"orderId","type":"string"},{"name":"customerId","type":"string","millrace.subject":true},{"name":"restaurantId","type":"string"},{"name":"totalAmount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},{"name":"items","type":{"type":"array","items":{"type":"record","name":"OrderItem","doc":"One line of an order.","fields":[{"name":"menuItemId","type":"string"},{"name":"name","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"Price of one piece."},{"name":"quantity","type":"int"}]}}},{"name":"status","type":{"type":"enum","name":"OrderStatus","symbols":["created","confirmed","dispatched","delivered","cancelled"]}},{"name":"version","type":"int","doc":"Number of its events."},{"name":"paymentId","type":["null","string"],"doc":"The payment that confirmed it.","default":null},{"name":"reason","type":["null","string"],"doc":"Why it was cancelled.","default":null},{"name":"createdAt","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"updatedAt","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"deliveryAddress","type":["null","string"],"doc":"Where the order is to be brought, where the customer has said so.","default":null,"confluent:tags":["PII"],"millrace.redacted":"[redacted]"}]}],"doc":"The aggregate after the command; null when there is none.","default":null}]}',
)

export const orderOutcomeSerde = avro(orderOutcomeSchema)
