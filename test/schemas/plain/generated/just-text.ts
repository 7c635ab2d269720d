// Generated from just-text.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema } from 'millrace'

export type JustText = string

/** The text of just-text.avsc, as it is registered. */
export const justTextSchema = avroSchema<JustText>(
  '"string"',
)

export const justTextSerde = avro(justTextSchema)
