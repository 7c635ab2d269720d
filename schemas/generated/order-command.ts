// Generated from order-command.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

/** One line of an order. */
export interface OrderItem {
  readonly menuItemId: string
  readonly name: string
  /** Price of one piece. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly price: string
  readonly quantity: number
}

/** Opens the order whose id is the key. */
export interface CreateOrder {
  readonly commandType: 'CreateOrder'
  /** Decided once: a command with a known id changes nothing. */
  readonly commandId: string
  /** Refused when the aggregate is at another version; null: whatever it is. */
  readonly expectedVersion: number | null
  readonly customerId: string
  readonly restaurantId: string
  /** May exceed the sum of the items (fees, tips). Decimal text, at most 12 digits, 2 of them after the point. */
  readonly totalAmount: string
  readonly items: readonly OrderItem[]
  /** Where the order is to be brought, where the customer has said so. Personal: sealed wherever it is kept, "[redacted]" once forgotten. */
  readonly deliveryAddress: string | null
}

/** As it may be given: what has a default may be left out. */
export type CreateOrderInput = WithDefaults<CreateOrder, 'expectedVersion' | 'deliveryAddress'>

/** Puts the schema's defaults in for what is left out. */
export function newCreateOrder(input: CreateOrderInput): CreateOrder {
  return withDefaults<CreateOrder, 'expectedVersion' | 'deliveryAddress'>({ expectedVersion: null, deliveryAddress: null }, input)
}

/** The customer confirms the order with a payment. */
export interface ConfirmOrder {
  readonly commandType: 'ConfirmOrder'
  /** Decided once: a command with a known id changes nothing. */
  readonly commandId: string
  /** Refused when the aggregate is at another version; null: whatever it is. */
  readonly expectedVersion: number | null
  readonly paymentId: string
}

/** As it may be given: what has a default may be left out. */
export type ConfirmOrderInput = WithDefaults<ConfirmOrder, 'expectedVersion'>

/** Puts the schema's defaults in for what is left out. */
export function newConfirmOrder(input: ConfirmOrderInput): ConfirmOrder {
  return withDefaults<ConfirmOrder, 'expectedVersion'>({ expectedVersion: null }, input)
}

/** Gives the order up before it is dispatched. */
export interface CancelOrder {
  readonly commandType: 'CancelOrder'
  /** Decided once: a command with a known id changes nothing. */
  readonly commandId: string
  /** Refused when the aggregate is at another version; null: whatever it is. */
  readonly expectedVersion: number | null
  readonly reason: string
}

/** As it may be given: what has a default may be left out. */
export type CancelOrderInput = WithDefaults<CancelOrder, 'expectedVersion'>

/** Puts the schema's defaults in for what is left out. */
export function newCancelOrder(input: CancelOrderInput): CancelOrder {
  return withDefaults<CancelOrder, 'expectedVersion'>({ expectedVersion: null }, input)
}

export type OrderCommand = CreateOrder | ConfirmOrder | CancelOrder

/** The text of order-command.avsc, as it is registered. */
export const orderCommandSchema = avroSchema<OrderCommand>(
  '[{"type":"record","name":"CreateOrder","namespace":"orders.commands","doc":"Opens the order whose id is the key.","fields":[{"name":"commandType","type":{"type":"enum","name":"CreateOrderCommandType","symbols":["CreateOrder"]}},{"name":"commandId","type":"string","doc":"Decided once: a command with a known id changes nothing."},{"name":"expectedVersion","type":["null","int"],"doc":"Refused when the aggregate is at another version; null: whatever it is.","default":null},{"name":"customerId","type":"string","millrace.subject":true},{"name":"restaurantId","type":"string"},{"name":"totalAmount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"May exceed the sum of the items (fees, tips)."},{"name":"items","type":{"type":"array","items":{"type":"record","name":"OrderItem","doc":"One line of an order.","fields":[{"name":"menuItemId","type":"string"},{"name":"name","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"Price of one piece."},{"name":"quantity","type":"int"}]}}},{"name":"deliveryAddress","type":["null","string"],"doc":"Where the order is to be brought, where the customer has said so.","default":null,"confluent:tags":["PII"],"millrace.redacted":"[redacted]"}]},{"type":"record","name":"ConfirmOrder","namespace":"orders.commands","doc":"The customer confirms the order with a payment.","fields":[{"name":"commandType","type":{"type":"enum","name":"ConfirmOrderCommandType","symbols":["ConfirmOrder"]}},{"name":"commandId","type":"string","doc":"Decided once: a command with a known id changes nothing."},{"name":"expectedVersion","type":["null","int"],"doc":"Refused when the aggregate is at another version; null: whatever it is.","default":null},{"name":"paymentId","type":"string"}]},{"type":"record","name":"CancelOrder","namespace":"orders.commands","doc":"Gives the order up before it is dispatched.","fields":[{"name":"commandType","type":{"type":"enum","name":"CancelOrderCommandType","symbols":["CancelOrder"]}},{"name":"commandId","type":"string","doc":"Decided once: a command with a known id changes nothing."},{"name":"expectedVersion","type":["null","int"],"doc":"Refused when the aggregate is at another version; null: whatever it is.","default":null},{"name":"reason","type":"string"}]}]',
)

export const orderCommandSerde = avro(orderCommandSchema)
