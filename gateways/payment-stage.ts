import type { Clock } from 'millrace'
import { charged, chargeFor, type PaymentStage, recorded, refunded, refundFor } from '../processors/payment'
import type { PaymentGateway } from './payment-gateway'

/**
 * The payment stage's only call to the outside. All that moves money for an order goes through this one function, so that
 * a charge and a refund of the same order keep their order. Rejects as the gateway does.
 */
export function settleWith(gateway: PaymentGateway, clock: Clock): PaymentStage {
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
