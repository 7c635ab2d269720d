// Generated from even-odd.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema } from 'millrace'

export interface Odd {
  readonly even: Even | null
}

export interface Even {
  readonly odd: Odd | null
}

export type EvenOdd = Even

/** The text of even-odd.avsc, as it is registered. */
export const evenOddSchema = avroSchema<EvenOdd>(
  '{"type":"record","name":"Even","fields":[{"name":"odd","type":["null",{"type":"record","name":"Odd","fields":[{"name":"even","type":["null","Even"]}]}]}]}',
)

export const evenOddSerde = avro(evenOddSchema)
