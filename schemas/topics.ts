/** Every topic of the platform, declared once: its key, its values, how it is created. `<topic>-dlq` is the engine's. */
import { avro, string, topic } from 'millrace'
import { cartCommandSchema } from './generated/cart-command'
import { cartEventSchema } from './generated/cart-event'
import { cartOutcomeSchema } from './generated/cart-outcome'
import { deliveryEventSchema } from './generated/delivery-event'
import { dispatchEventSchema } from './generated/dispatch-event'
import { orderCommandSchema } from './generated/order-command'
import { orderEventSchema } from './generated/order-event'
import { orderOutcomeSchema } from './generated/order-outcome'
import { paymentEventSchema } from './generated/payment-event'

/** All topics are partitioned alike, so that what belongs to one order meets in one task. */
const partitions = 4

/** The source of truth: an order and a cart are folds of these, so they are never deleted. */
const keptForEver = { 'retention.ms': '-1', 'retention.bytes': '-1' }

/** Answers are waited for at once; a day leaves time to look into one that went wrong. */
const keptForADay = { 'retention.ms': String(24 * 60 * 60 * 1000) }

/** What HTTP asks of an order. Key: the order. */
export const orderCommands = topic('order-commands', { key: string, value: avro(orderCommandSchema), partitions })

/** What happened to an order, in version order. Key: the order. */
export const orderEvents = topic('order-events', {
  key: string,
  value: avro(orderEventSchema),
  partitions,
  config: keptForEver,
})

/** The answers to order commands. Key: the order. */
export const orderOutcomes = topic('order-outcomes', {
  key: string,
  value: avro(orderOutcomeSchema),
  partitions,
  config: keptForADay,
})

/** What the payment stage did for an order. Key: the order. */
export const paymentEvents = topic('payment-events', { key: string, value: avro(paymentEventSchema), partitions })

/** What the dispatch stage did for an order. Key: the order. */
export const dispatchEvents = topic('dispatch-events', { key: string, value: avro(dispatchEventSchema), partitions })

/** What the delivery stage did for an order. Key: the order. */
export const deliveryEvents = topic('delivery-events', { key: string, value: avro(deliveryEventSchema), partitions })

/** What HTTP asks of a cart. Key: the cart. */
export const cartCommands = topic('cart-commands', { key: string, value: avro(cartCommandSchema), partitions })

/** What happened to a cart, in version order. Key: the cart. */
export const cartEvents = topic('cart-events', {
  key: string,
  value: avro(cartEventSchema),
  partitions,
  config: keptForEver,
})

/** The answers to cart commands. Key: the cart. */
export const cartOutcomes = topic('cart-outcomes', {
  key: string,
  value: avro(cartOutcomeSchema),
  partitions,
  config: keptForADay,
})
