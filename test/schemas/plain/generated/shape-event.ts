// Generated from shape-event.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

export interface Circle {
  readonly kind: 'Circle'
  readonly radius: number
}

/** Of its border. */
export type Colour = 'red' | 'green' | 'blue'

export interface Square {
  readonly kind: 'Square'
  readonly side: number
  readonly colour: Colour
}

/** As it may be given: what has a default may be left out. */
export type SquareInput = WithDefaults<Square, 'colour'>

/** Puts the schema's defaults in for what is left out. */
export function newSquare(input: SquareInput): Square {
  return withDefaults<Square, 'colour'>({ colour: 'blue' }, input)
}

export interface Nothing {
  readonly kind: 'Nothing'
}

export type ShapeEvent = Circle | Square | Nothing

/** The text of shape-event.avsc, as it is registered. */
export const shapeEventSchema = avroSchema<ShapeEvent>(
  '[{"type":"record","name":"Circle","namespace":"odd.shapes","fields":[{"name":"kind","type":{"type":"enum","name":"CircleKind","symbols":["Circle"]}},{"name":"radius","type":"double"}]},{"type":"record","name":"Square","namespace":"odd.shapes","fields":[{"name":"kind","type":{"type":"enum","name":"SquareKind","symbols":["Square"]}},{"name":"side","type":"double"},{"name":"colour","type":{"type":"enum","name":"Colour","symbols":["red","green","blue"],"default":"red","doc":"Of its border."},"default":"blue"}]},{"type":"record","name":"Nothing","namespace":"odd.shapes","fields":[{"name":"kind","type":{"type":"enum","name":"NothingKind","symbols":["Nothing"]}}]}]',
)

export const shapeEventSerde = avro(shapeEventSchema)
