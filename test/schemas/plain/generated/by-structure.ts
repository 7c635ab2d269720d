// Generated from by-structure.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema } from 'millrace'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Text {
  readonly text: string
}

export interface Holder {
  readonly either: Point | Text | null
  readonly scalar: boolean | string | number | (readonly number[]) | Buffer
}

export type ByStructure = Holder

/** The text of by-structure.avsc, as it is registered. */
export const byStructureSchema = avroSchema<ByStructure>(
  '{"type":"record","name":"Holder","fields":[{"name":"either","type":["null",{"type":"record","name":"Point","fields":[{"name":"x","type":"int"},{"name":"y","type":"int"}]},{"type":"record","name":"Text","fields":[{"name":"text","type":"string"}]}]},{"name":"scalar","type":["boolean","string","double",{"type":"array","items":"int"},"bytes"]}]}',
)

export const byStructureSerde = avro(byStructureSchema)
