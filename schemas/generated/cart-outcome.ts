// Generated from cart-outcome.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

/** Why a command was refused. */
export interface Refusal {
  /** For programs. */
  readonly code: string
  /** For people. */
  readonly message: string
}

/** One line of a cart. */
export interface CartItem {
  readonly menuItemId: string
  readonly name: string
  /** Price of one piece. Decimal text, at most 12 digits, 2 of them after the point. */
  readonly price: string
  readonly quantity: number
}

export type CartStatus = 'open' | 'checkedOut'

/** The state of a cart: the fold of its events. */
export interface Cart {
  readonly cartId: string
  readonly items: readonly CartItem[]
  readonly status: CartStatus
  /** Number of its events. */
  readonly version: number
  /** The order it became. */
  readonly orderId: string | null
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
}

/** As it may be given: what has a default may be left out. */
export type CartInput = WithDefaults<Cart, 'orderId'>

/** Puts the schema's defaults in for what is left out. */
export function newCart(input: CartInput): Cart {
  return withDefaults<Cart, 'orderId'>({ orderId: null }, input)
}

/** The answer to a command of a cart. */
export interface CartOutcome {
  readonly commandId: string
  readonly accepted: boolean
  /** Version of the aggregate after the command; 0 when there is none. */
  readonly version: number
  readonly refusal: Refusal | null
  /** The aggregate after the command; null when there is none. */
  readonly state: Cart | null
}

/** As it may be given: what has a default may be left out. */
export type CartOutcomeInput = WithDefaults<CartOutcome, 'refusal' | 'state'>

/** Puts the schema's defaults in for what is left out. */
export function newCartOutcome(input: CartOutcomeInput): CartOutcome {
  return withDefaults<CartOutcome, 'refusal' | 'state'>({ refusal: null, state: null }, input)
}

/** The text of cart-outcome.avsc, as it is registered. */
export const cartOutcomeSchema = avroSchema<CartOutcome>(
  '{"type":"record","name":"CartOutcome","namespace":"carts.outcomes","doc":"The answer to a command of a cart.","fields":[{"name":"commandId","type":"string"},{"name":"accepted","type":"boolean"},{"name":"version","type":"int","doc":"Version of the aggregate after the command; 0 when there is none."},{"name":"refusal","type":["null",{"type":"record","name":"Refusal","doc":"Why a command was refused.","fields":[{"name":"code","type":"string","doc":"For programs."},{"name":"message","type":"string","doc":"For people."}]}],"default":null},{"name":"state","type":["null",{"type":"record","name":"Cart","doc":"The state of a cart: the fold of its events.","fields":[{"name":"cartId","type":"string"},{"name":"items","type":{"type":"array","items":{"type":"record","name":"CartItem","doc":"One line of a cart.","fields":[{"name":"menuItemId","type":"string"},{"name":"name","type":"string"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2},"doc":"Price of one piece."},{"name":"quantity","type":"int"}]}}},{"name":"status","type":{"type":"enum","name":"CartStatus","symbols":["open","checkedOut"]}},{"name":"version","type":"int","doc":"Number of its events."},{"name":"orderId","type":["null","string"],"doc":"The order it became.","default":null},{"name":"createdAt","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"updatedAt","type":{"type":"long","logicalType":"timestamp-millis"}}]}],"doc":"The aggregate after the command; null when there is none.","default":null}]}',
)

export const cartOutcomeSerde = avro(cartOutcomeSchema)
