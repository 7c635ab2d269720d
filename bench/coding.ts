/** How the bench's records are written and read: JSON or Avro. */
import type { Order, Totals } from './aggregate'

export interface Coding {
  order(order: Order): Buffer
  totals(totals: Totals): Buffer
  readTotals(bytes: Buffer): Totals
  /** What a contestant is to be told in its environment. */
  readonly env: Readonly<Record<string, string>>
}

export const jsonCoding: Coding = {
  order: (order) => Buffer.from(JSON.stringify(order)),
  totals: (totals) => Buffer.from(JSON.stringify(totals)),
  readTotals: (bytes) => JSON.parse(bytes.toString('utf8')) as Totals,
  env: {},
}
