import type { Charge, ChargeResult, Refund, RefundResult } from '../processors/payment'

/**
 * The way out to whoever takes the money. Both calls are idempotent: a charge by its order id, a refund by its payment id,
 * so that a repeat after a crash or a timeout takes and gives back nothing twice.
 *
 * Every rejection counts as worth another attempt, unless it is a TerminalError; a declined card is no rejection but a result.
 * When `signal` aborts the caller has given up waiting; the charge may have gone through all the same.
 */
export interface PaymentGateway {
  charge(charge: Charge, signal: AbortSignal): Promise<ChargeResult>
  refund(refund: Refund, signal: AbortSignal): Promise<RefundResult>
}
