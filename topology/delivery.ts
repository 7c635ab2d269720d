/** Delivery: listens to the order, not to the courier, so that a cancelled order is never delivered. */
import { stream, topology } from 'millrace'
import { deliver, isDispatched } from '../processors/delivery'
import { deliveryEvents, orderEvents } from '../schemas/topics'

const delivered = stream(orderEvents).filter(isDispatched).mapValues(deliver)

export const delivery = topology('delivery', [delivered.to(deliveryEvents)])
