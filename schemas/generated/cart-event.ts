// Generated from cart-event.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

/** Pieces of a menu item were put into the cart. */
export interface CartItemAdded {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The cart. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'CartItemAdded'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly menuItemId: string
  readonly name: string
  /** Price of one piece. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly price: string
  /** Pieces added. */
  readonly quantity: number
}

/** A menu item was taken out of the cart. */
export interface CartItemRemoved {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The cart. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'CartItemRemoved'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly menuItemId: string
}

/** One line of a cart. */
export interface CartItem {
  readonly menuItemId: string
  readonly name: string
  /** Price of one piece. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly price: string
  readonly quantity: number
}

/** The cart became an order. */
export interface CartCheckedOut {
  /** Derived from the command, so that writing it again gives the same event. A UUID. */
  readonly eventId: string
  /** The cart. */
  readonly aggregateId: string
  /** When it was decided. Milliseconds since the epoch. */
  readonly occurredOn: number
  /** 1 for the first event of the aggregate, then without gaps. */
  readonly version: number
  readonly eventType: 'CartCheckedOut'
  /** The command or event that led to this one. */
  readonly causationId: string
  readonly orderId: string
  readonly customerId: string
  readonly restaurantId: string
  /** Decimal text, at most 12 digits, 2 of them after the point. */
  readonly totalAmount: string
  readonly items: readonly CartItem[]
  /** Where the order is to be brought, where the customer has said so. Personal: sealed wherever it is kept, "[redacted]" once forgotten. */
  readonly deliveryAddress: string | null
}

/** As it may be given: what has a default may be left out. */
export type CartCheckedOutInput = WithDefaults<CartCheckedOut, 'deliveryAddress'>

/** Puts the schema's defaults in for what is left out. */
export function newCartCheckedOut(input: CartCheckedOutInput): CartCheckedOut {
  return withDefaults<CartCheckedOut, 'deliveryAddress'>({ deliveryAddress: null }, input)
}

export type CartEvent = CartItemAdded | CartItemRemoved | CartCheckedOut

/** The text of cart-event.avsc, as it is registered. */
export const cartEventSchema = avroSchema<CartEvent>(
  '[{"type":"record","name":"CartItemAdded","namespace":"carts.events","doc":"Pieces of a menu item were put into the cart.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The cart."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"CartItemAddedEventType","symbols":["CartItemAdded"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"menuItemId","type":"string"},{"name":"name","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"Price of one piece."},{"name":"quantity","type":"int","doc":"Pieces added."}]},{"type":"record","name":"CartItemRemoved","namespace":"carts.events","doc":"A menu item was taken out of the cart.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The cart."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"CartItemRemovedEventType","symbols":["CartItemRemoved"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"menuItemId","type":"string"}]},{"type":"record","name":"CartCheckedOut","namespace":"carts.events","doc":"The cart became an order.","fields":[{"name":"eventId","type":{"type":"string","logicalType":"uuid"},"doc":"Derived from the command, so that writing it again gives the same event."},{"name":"aggregateId","type":"string","doc":"The cart."},{"name":"occurredOn","type":{"type":"long","logicalType":"timestamp-millis"},"doc":"When it was decided."},{"name":"version","type":"int","doc":"1 for the first event of the aggregate, then without gaps."},{"name":"eventType","type":{"type":"enum","name":"CartCheckedOutEventType","symbols":["CartCheckedOut"]}},{"name":"causationId","type":"string","doc":"The command or event that led to this one."},{"name":"orderId","type":"string"},{"name":"customerId","type":"string","millrace.subject":true},{"name":"restaurantId","type":"string"},{"name":"totalAmount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},{"name":"items","type":{"type":"array","items":{"type":"record","name":"CartItem","doc":"One line of a cart.","fields":[{"name":"menuItemId","type":"string"},{"name":"name","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"Price of one piece."},{"name":"quantity","type":"int"}]}}},{"name":"deliveryAddress","type":["null","string"],"doc":"Where the order is to be brought, where the customer has said so.","default":null,"confluent:tags":["PII"],"millrace.redacted":"[redacted]"}]}]',
)

export const cartEventSerde = avro(cartEventSchema)
