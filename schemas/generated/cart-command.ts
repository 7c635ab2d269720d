// Generated from cart-command.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

/** Puts pieces of a menu item into the cart whose id is the key. */
export interface AddCartItem {
  readonly commandType: 'AddCartItem'
  /** Decided once: a command with a known id changes nothing. */
  readonly commandId: string
  /** Refused when the aggregate is at another version; null: whatever it is. */
  readonly expectedVersion: number | null
  readonly menuItemId: string
  readonly name: string
  /** Price of one piece. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly price: string
  /** Pieces to add. */
  readonly quantity: number
}

/** As it may be given: what has a default may be left out. */
export type AddCartItemInput = WithDefaults<AddCartItem, 'expectedVersion'>

/** Puts the schema's defaults in for what is left out. */
export function newAddCartItem(input: AddCartItemInput): AddCartItem {
  return withDefaults<AddCartItem, 'expectedVersion'>({ expectedVersion: null }, input)
}

/** Takes a menu item out of the cart. */
export interface RemoveCartItem {
  readonly commandType: 'RemoveCartItem'
  /** Decided once: a command with a known id changes nothing. */
  readonly commandId: string
  /** Refused when the aggregate is at another version; null: whatever it is. */
  readonly expectedVersion: number | null
  readonly menuItemId: string
}

/** As it may be given: what has a default may be left out. */
export type RemoveCartItemInput = WithDefaults<RemoveCartItem, 'expectedVersion'>

/** Puts the schema's defaults in for what is left out. */
export function newRemoveCartItem(input: RemoveCartItemInput): RemoveCartItem {
  return withDefaults<RemoveCartItem, 'expectedVersion'>({ expectedVersion: null }, input)
}

/** Turns the cart into an order. */
export interface CheckOutCart {
  readonly commandType: 'CheckOutCart'
  /** Decided once: a command with a known id changes nothing. */
  readonly commandId: string
  /** Refused when the aggregate is at another version; null: whatever it is. */
  readonly expectedVersion: number | null
  /** The id the order will have. */
  readonly orderId: string
  readonly customerId: string
  readonly restaurantId: string
  /** Null: the sum of the items. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly totalAmount: string | null
  /** Where the order is to be brought, where the customer has said so. Personal: sealed wherever it is kept, "[redacted]" once forgotten. */
  readonly deliveryAddress: string | null
}

/** As it may be given: what has a default may be left out. */
export type CheckOutCartInput = WithDefaults<CheckOutCart, 'expectedVersion' | 'totalAmount' | 'deliveryAddress'>

/** Puts the schema's defaults in for what is left out. */
export function newCheckOutCart(input: CheckOutCartInput): CheckOutCart {
  return withDefaults<CheckOutCart, 'expectedVersion' | 'totalAmount' | 'deliveryAddress'>({ expectedVersion: null, totalAmount: null, deliveryAddress: null }, input)
}

export type CartCommand = AddCartItem | RemoveCartItem | CheckOutCart

/** The text of cart-command.avsc, as it is registered. */
export const cartCommandSchema = avroSchema<CartCommand>(
  '[{"type":"record","name":"AddCartItem","namespace":"carts.commands","doc":"Puts pieces of a menu item into the cart whose id is the key.","fields":[{"name":"commandType","type":{"type":"enum","name":"AddCartItemCommandType","symbols":["AddCartItem"]}},{"name":"commandId","type":"string","doc":"Decided once: a command with a known id changes nothing."},{"name":"expectedVersion","type":["null","int"],"doc":"Refused when the aggregate is at another version; null: whatever it is.","default":null},{"name":"menuItemId","type":"string"},{"name":"name","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"Price of one piece."},{"name":"quantity","type":"int","doc":"Pieces to add."}]},{"type":"record","name":"RemoveCartItem","namespace":"carts.commands","doc":"Takes a menu item out of the cart.","fields":[{"name":"commandType","type":{"type":"enum","name":"RemoveCartItemCommandType","symbols":["RemoveCartItem"]}},{"name":"commandId","type":"string","doc":"Decided once: a command with a known id changes nothing."},{"name":"expectedVersion","type":["null","int"],"doc":"Refused when the aggregate is at another version; null: whatever it is.","default":null},{"name":"menuItemId","type":"string"}]},{"type":"record","name":"CheckOutCart","namespace":"carts.commands","doc":"Turns the cart into an order.","fields":[{"name":"commandType","type":{"type":"enum","name":"CheckOutCartCommandType","symbols":["CheckOutCart"]}},{"name":"commandId","type":"string","doc":"Decided once: a command with a known id changes nothing."},{"name":"expectedVersion","type":["null","int"],"doc":"Refused when the aggregate is at another version; null: whatever it is.","default":null},{"name":"orderId","type":"string","doc":"The id the order will have."},{"name":"customerId","type":"string","millrace.subject":true},{"name":"restaurantId","type":"string"},{"name":"totalAmount","type":["null",{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}],"doc":"Null: the sum of the items.","default":null},{"name":"deliveryAddress","type":["null","string"],"doc":"Where the order is to be brought, where the customer has said so.","default":null,"confluent:tags":["PII"],"millrace.redacted":"[redacted]"}]}]',
)

export const cartCommandSerde = avro(cartCommandSchema)
