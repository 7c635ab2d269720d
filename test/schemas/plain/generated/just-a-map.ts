// Generated from just-a-map.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema } from 'millrace'

export type JustAMap = { readonly [key: string]: (readonly Buffer[]) | null }

/** The text of just-a-map.avsc, as it is registered. */
export const justAMapSchema = avroSchema<JustAMap>(
  '{"type":"map","values":["null",{"type":"array","items":{"type":"fixed","name":"Pair","size":2}}]}',
)

export const justAMapSerde = avro(justAMapSchema)
