/** The life of an order: everything that is said to it is decided in one place, one thing after the other. */
import { stream, topology } from 'millrace'
import { order } from '../processors/order'
import { fromDelivery, fromDispatch, fromPayment } from '../processors/order-commands'
import { withoutMoney } from '../processors/order-state'
import {
  deliveryEvents,
  dispatchEvents,
  orderCommands,
  orderEvents,
  orderOutcomes,
  paymentEvents,
} from '../schemas/topics'
import { orderState } from '../state/stores'

const asked = stream(orderCommands)
const paid = stream(paymentEvents).mapValues(fromPayment)
const dispatched = stream(dispatchEvents).mapValues(fromDispatch)
const delivered = stream(deliveryEvents).mapValues(fromDelivery)

const decided = asked.merge(paid).merge(dispatched).merge(delivered).decide(orderState, order)

export const orders = topology('orders', [
  decided.events.to(orderEvents),
  decided.outcomes.mapValues(withoutMoney).to(orderOutcomes),
])
