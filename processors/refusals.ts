import { type Refusal, refuse } from 'millrace'

/** Why a command may be refused. Programs act on these codes, so they are names that last. */
export type RefusalCode =
  | 'ORDER_UNKNOWN'
  | 'ORDER_EXISTS'
  | 'ORDER_CONFIRMED'
  | 'ORDER_DISPATCHED'
  | 'ORDER_DELIVERED'
  | 'ORDER_CANCELLED'
  | 'ITEMS_INVALID'
  | 'QUANTITY_INVALID'
  | 'AMOUNT_INVALID'
  | 'TOTAL_BELOW_ITEMS'
  | 'CART_UNKNOWN'
  | 'CART_EMPTY'
  | 'CART_FULL'
  | 'CART_ITEM_UNKNOWN'
  | 'CART_CHECKED_OUT'

/** The engine's own code: the command expected another version of the aggregate. */
export const versionConflict = 'VERSION_CONFLICT'

export function refused(code: RefusalCode, message: string): Refusal {
  return refuse(code, message)
}
