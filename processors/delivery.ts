/** The delivery stage. It listens to the order, not to the courier: a dispatch that came after a cancel is never delivered. */
import type { OrderDelivered } from '../schemas/generated/delivery-event'
import type { OrderDispatched, OrderEvent } from '../schemas/generated/order-event'
import { derivedId } from './ids'

export function isDispatched(event: OrderEvent): event is OrderDispatched {
  return event.eventType === 'OrderDispatched'
}

/** Couriers of this platform arrive at once: the delivery bears the time of the dispatch. */
export function deliver({ aggregateId, eventId, version, dispatchId, occurredOn }: OrderDispatched): OrderDelivered {
  return {
    eventId: derivedId('delivery-event', eventId),
    aggregateId,
    occurredOn,
    version,
    eventType: 'OrderDelivered',
    causationId: eventId,
    deliveryId: derivedId('delivery', dispatchId),
    deliveredAt: occurredOn,
  }
}
