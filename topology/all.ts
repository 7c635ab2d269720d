/** Every flow, with ports that are never called: for looking at them (`npx millrace topology describe topology/all.ts`). */
import type { Topology } from 'millrace'
import { payment as paymentWith } from './payment'
import { readModel as readModelInto } from './read-model'

export { carts } from './carts'
export { delivery } from './delivery'
export { dispatch } from './dispatch'
export { orders } from './orders'

const onPaperOnly = async (): Promise<never> => {
  throw new Error('this topology is for looking at; platform.ts makes the one that runs')
}

export const payment: Topology = paymentWith(onPaperOnly)
export const readModel: Topology = readModelInto({ write: onPaperOnly })
