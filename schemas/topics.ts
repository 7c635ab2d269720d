/** Every topic of the platform, declared once: its key, its values, how it is created. `<topic>-dlq` is the engine's. */
import { avro, string, topic } from 'millrace'
import { cartCommandSerde } from './generated/cart-command'
import { cartEventSerde } from './generated/cart-event'
import { cartOutcomeSerde } from './generated/cart-outcome'
import { deliveryEventSerde } from './generated/delivery-event'
import { dispatchEventSerde } from './generated/dispatch-event'
import { orderCommandSerde } from './generated/order-command'
import { orderEventSchema } from './generated/order-event'
import { orderOutcomeSerde } from './generated/order-outcome'
import { paymentEventSerde } from './generated/payment-event'
import { orderCancelled } from './upcasters'

/** All topics are partitioned alike, so that what belongs to one order meets in one task. */
const partitions = 4

/** The source of truth: an order and a cart are folds of these, so they are never deleted. */
const keptForEver = { 'retention.ms': '-1', 'retention.bytes': '-1' }

/** Answers are waited for at once; a day leaves time to look into one that went wrong. */
const keptForADay = { 'retention.ms': String(24 * 60 * 60 * 1000) }

/** What HTTP asks of an order. Key: the order. */
export const orderCommands = topic('order-commands', { key: string, value: orderCommandSerde, partitions })

/** What happened to an order, in version order. Key: the order. */
export const orderEvents = topic('order-events', {
  key: string,
  value: avro(orderEventSchema, { upcasters: [orderCancelled] }),
  partitions,
  config: keptForEver,
})

/** The answers to order commands. Key: the order. */
export const orderOutcomes = topic('order-outcomes', {
  key: string,
  value: orderOutcomeSerde,
  partitions,
  config: keptForADay,
})

/** What the payment stage did for an order. Key: the order. */
export const paymentEvents = topic('payment-events', { key: string, value: paymentEventSerde, partitions })

/** What the dispatch stage did for an order. Key: the order. */
export const dispatchEvents = topic('dispatch-events', { key: string, value: dispatchEventSerde, partitions })

/** What the delivery stage did for an order. Key: the order. */
export const deliveryEvents = topic('delivery-events', { key: string, value: deliveryEventSerde, partitions })

/** What HTTP asks of a cart. Key: the cart. */
export const cartCommands = topic('cart-commands', { key: string, value: cartCommandSerde, partitions })

/** What happened to a cart, in version order. Key: the cart. */
export const cartEvents = topic('cart-events', {
  key: string,
  value: cartEventSerde,
  partitions,
  config: keptForEver,
})

/** The answers to cart commands. Key: the cart. */
export const cartOutcomes = topic('cart-outcomes', {
  key: string,
  value: cartOutcomeSerde,
  partitions,
  config: keptForADay,
})
