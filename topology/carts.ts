/** Carts: a check-out becomes the command that creates the order, under the order's own key. */
import { stream, topology } from 'millrace'
import { cart, isCheckedOut } from '../processors/cart'
import { fromCheckOut } from '../processors/order-commands'
import { cartCommands, cartEvents, cartOutcomes, orderCommands } from '../schemas/topics'
import { cartState } from '../state/stores'

const decided = stream(cartCommands).decide(cartState, cart)
const checkedOut = decided.events.filter(isCheckedOut).map(fromCheckOut)

export const carts = topology('carts', [
  decided.events.to(cartEvents),
  decided.outcomes.to(cartOutcomes),
  checkedOut.to(orderCommands),
])
