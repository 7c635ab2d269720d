/** What the API needs of the rest of the platform. It knows no log, no topology and no database. */
import type { CartCommand } from '../schemas/generated/cart-command'
import type { Cart, CartOutcome } from '../schemas/generated/cart-outcome'
import type { OrderCommand } from '../schemas/generated/order-command'
import type { OrderOutcome } from '../schemas/generated/order-outcome'

/**
 * Sends a command to whoever owns its key and answers with what was decided.
 * @throws MillraceError TIMEOUT when no outcome came in time: the command's fate is unknown; OutageError when the log does not answer
 */
export interface CommandPort {
  order(orderId: string, command: OrderCommand): Promise<OrderOutcome>
  cart(cartId: string, command: CartCommand): Promise<CartOutcome>
}

/** Reads carts, where that can be done from here. @throws OutageError */
export interface CartReader {
  get(cartId: string): Promise<Cart | undefined>
}

/** What customers may ask about what is personal of them. */
export interface CustomerPrivacy {
  /** Resolves when nobody can open it any more. @throws OutageError KEYS_UNAVAILABLE */
  forget(customerId: string): Promise<unknown>
}

export interface Readiness {
  readonly ready: boolean
  /** Why not, or how it goes, for people. */
  readonly reason?: string
}
