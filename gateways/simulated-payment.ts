import { type Clock, MillraceError } from 'millrace'
import { derivedId } from '../processors/ids'
import { cents, centsOf, type Money } from '../processors/money'
import type { Charge, ChargeResult } from '../processors/payment'
import type { PaymentGateway } from './payment-gateway'

export interface SimulatedPaymentOptions {
  /** A charge above this amount is declined. */
  readonly declineAbove: Money
  /** How long each call takes, in ms. */
  readonly latencyMs: number
  /** Which share of the calls fails although another attempt may succeed, from 0 to 1. */
  readonly failureRate: number
  readonly clock: Clock
  /** Numbers in [0, 1); they decide which calls fail. */
  readonly random: () => number
}

const declinedCustomers = 'declined'

/**
 * A payment gateway for trying the platform out. It declines what is above a limit and every customer whose id begins
 * with "declined", takes its time, and fails now and then, before or after the money has moved, as networks do.
 * It needs no memory to be idempotent: what it answers depends on nothing but the charge.
 */
export function simulatedPaymentGateway(options: SimulatedPaymentOptions): PaymentGateway {
  const limit = cents(options.declineAbove)

  async function answer<T>(signal: AbortSignal, result: T): Promise<T> {
    await options.clock.sleep(options.latencyMs, signal)
    signal.throwIfAborted()
    if (options.random() < options.failureRate) {
      throw new MillraceError(
        'PROCESSING_FAILED',
        'the simulated payment gateway failed to answer (PAYMENT_FAILURE_RATE)',
      )
    }
    return result
  }

  return {
    charge: (charge, signal) => answer(signal, decided(charge, limit)),
    refund: ({ paymentId }, signal) => answer(signal, { refundId: derivedId('refund', paymentId) }),
  }
}

function decided({ orderId, customerId, amount }: Charge, limit: bigint): ChargeResult {
  if (customerId.startsWith(declinedCustomers)) return { approved: false, reason: 'the card was declined' }
  const asked = centsOf(amount)
  if (asked === undefined) return { approved: false, reason: `the amount "${amount}" is not an amount of money` }
  if (asked > limit) return { approved: false, reason: `the amount ${amount} is above the limit of the card` }
  return { approved: true, paymentId: derivedId('payment', orderId) }
}
