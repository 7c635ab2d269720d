import type { Clock } from 'millrace'
import { charged, chargeFor, type PaymentTrigger, recorded, refunded, refundFor } from '../processors/payment'
import type { PaymentEvent } from '../schemas/generated/payment-event'
import type { PaymentGateway } from './payment-gateway'

/** Answers an order event that moves money; made for `mapAsync`. */
export type Settle = (event: PaymentTrigger, orderId: string, signal: AbortSignal) => Promise<PaymentEvent>

/**
 * The payment stage's only call to the outside. All that moves money for an order goes through this one function, so that
 * a charge and a refund of the same order keep their order. Rejects as the gateway does.
 */
export function settleWith(gateway: PaymentGateway, clock: Clock): Settle {
  return async (event, _orderId, signal) => {
    switch (event.eventType) {
      case 'OrderCreated':
        return charged(event, await gateway.charge(chargeFor(event), signal), clock.now())
      case 'OrderRefundRequested':
        return refunded(event, await gateway.refund(refundFor(event), signal), clock.now())
      case 'OrderConfirmed':
        return recorded(event)
    }
  }
}
