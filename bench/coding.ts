/** How the bench's records are written and read: JSON or Avro. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { avro, type SchemaRegistry } from 'millrace'
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

const ORDER_SCHEMA = join(__dirname, 'order.avsc')
const TOTALS_SCHEMA = join(__dirname, 'totals.avsc')

/** The comparator is told the ids that the registry has given the schemas, so that it need not ask. */
export async function avroCoding(registry: SchemaRegistry): Promise<Coding> {
  const open = async <T>(file: string, topic: string) => {
    const serde = avro<T>(readFileSync(file, 'utf8')).open({ topic, role: 'value', registry })
    await serde.ready
    return serde
  }
  const orders = await open<Order>(ORDER_SCHEMA, 'bench-orders')
  const totals = await open<Totals>(TOTALS_SCHEMA, 'bench-totals')
  const orderId = idOf(orders.encode(anOrder)!)
  const totalsId = idOf(totals.encode(someTotals)!)
  await totals.prepare?.([totals.encode(someTotals)])
  return {
    order: (order) => orders.encode(order)!,
    totals: (sums) => totals.encode(sums)!,
    readTotals: totals.decode,
    env: { ORDER_SCHEMA, TOTALS_SCHEMA, ORDER_SCHEMA_ID: String(orderId), TOTALS_SCHEMA_ID: String(totalsId) },
  }
}

/** The Confluent wire format: a zero, then the id of the schema. */
const idOf = (bytes: Buffer) => bytes.readInt32BE(1)

const someTotals: Totals = { orderId: '', status: '', count: 0, totalCents: 0, sentAt: 0, note: '' }
const anOrder: Order = { orderId: '', customerId: '', status: '', amountCents: 0, sentAt: 0, note: '' }
