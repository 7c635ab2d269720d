// Generated from money.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema } from 'millrace'

export type Currency = 'EUR' | 'USD'

export interface Money {
  /** Decimal text, at most 12 digits, 2 of them after the point. */
  readonly amount: string
  readonly currency: Currency
}

/** The text of money.avsc, as it is registered. */
export const moneySchema = avroSchema<Money>(
  '{"type":"record","name":"Money","namespace":"shared","fields":[{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},{"name":"currency","type":{"type":"enum","name":"Currency","symbols":["EUR","USD"]}}]}',
)

export const moneySerde = avro(moneySchema)
