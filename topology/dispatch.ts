/** Dispatch: a confirmed order meets the payment that confirmed it, whichever is heard first, and goes to a courier. */
import { stream, topology, within } from 'millrace'
import { isConfirmed, isPlanned, isProcessed, plan } from '../processors/dispatch'
import { dispatchEvents, orderEvents, paymentEvents } from '../schemas/topics'
import { awaitingDispatch } from '../state/stores'
import { overheard } from './overheard'

const confirmed = stream(orderEvents, overheard).filter(isConfirmed)
const paid = stream(paymentEvents, overheard).filter(isProcessed)

const dispatched = confirmed
  .join(paid, plan, within({ hours: 2, grace: { minutes: 5 } }), awaitingDispatch)
  .filter(isPlanned)

export const dispatch = topology('dispatch', [dispatched.to(dispatchEvents)])
