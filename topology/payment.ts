/** Payment: a new order is charged, a refund asked for is made, and what a customer paid elsewhere is written down. */
import { stream, type Topology, topology } from 'millrace'
import { movesMoney, type PaymentStage } from '../processors/payment'
import { orderEvents, paymentEvents } from '../schemas/topics'
import { overheard } from './overheard'

/** Errors where trying again can help; a call that keeps failing puts its order event into the dead letters. */
const retry = { delaysMs: [1_000, 2_000, 4_000] }

export function payment(settle: PaymentStage): Topology {
  const settled = stream(orderEvents, overheard)
    .filter(movesMoney)
    .mapAsync('settle', settle, { capacity: 64, timeoutMs: 10_000, retry })

  return topology('payment', [settled.to(paymentEvents)])
}
