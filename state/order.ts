import type { Order } from '../schemas/generated/order-outcome'

/** A payment that is to be given back, or (with a refund id) was. */
export interface OwedRefund {
  readonly paymentId: string
  /** Decimal text with 2 digits after the point. */
  readonly amount: string
  readonly refundId: string | null
}

/** What the decider remembers of an order: the order as everyone sees it, and beside it the money. */
export interface OrderState extends Order {
  /** What the payment that confirmed the order came to. Decimal text with 2 digits after the point. */
  readonly paidAmount: string | null
  readonly refunds: readonly OwedRefund[]
}
