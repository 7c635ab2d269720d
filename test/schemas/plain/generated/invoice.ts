// Generated from invoice.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'
import type { Currency, Money } from './money'

export interface Line {
  readonly text: string
  readonly price: Money
}

export interface Invoice {
  readonly total: Money
  readonly lines: readonly Line[]
  readonly currency: Currency
  readonly before: Invoice | null
}

/** As it may be given: what has a default may be left out. */
export type InvoiceInput = WithDefaults<Invoice, 'before'>

/** Puts the schema's defaults in for what is left out. */
export function newInvoice(input: InvoiceInput): Invoice {
  return withDefaults<Invoice, 'before'>({ before: null }, input)
}

/** The text of invoice.avsc, as it is registered. */
export const invoiceSchema = avroSchema<Invoice>(
  '{"type":"record","name":"Invoice","namespace":"odd","fields":[{"name":"total","type":{"type":"record","name":"Money","namespace":"shared","fields":[{"name":"amount","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},{"name":"currency","type":{"type":"enum","name":"Currency","symbols":["EUR","USD"]}}]}},{"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[{"name":"text","type":"string"},{"name":"price","type":"shared.Money"}]}}},{"name":"currency","type":{"type":"enum","name":"Currency","symbols":["EUR","USD"],"namespace":"shared"}},{"name":"before","type":["null","Invoice"],"default":null}]}',
)

export const invoiceSerde = avro(invoiceSchema)
