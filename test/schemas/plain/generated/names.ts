// Generated from names.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

export interface OneThing {
  readonly x: number
}

export interface TwoThing {
  readonly y: string
}

export interface Date_ {
}

export interface object_ {
  readonly import: null
}

export interface Names {
  readonly class: string
  readonly default: number
  readonly constructor: string
  readonly toString: boolean
  readonly _: number
  readonly a: OneThing
  readonly b: TwoThing
  readonly c: Date_
  readonly d: object_
}

/** As it may be given: what has a default may be left out. */
export type NamesInput = WithDefaults<Names, 'default'>

/** Puts the schema's defaults in for what is left out. */
export function newNames(input: NamesInput): Names {
  return withDefaults<Names, 'default'>({ default: 1 }, input)
}

/** The text of names.avsc, as it is registered. */
export const namesSchema = avroSchema<Names>(
  '{"type":"record","name":"Names","namespace":"odd","fields":[{"name":"class","type":"string"},{"name":"default","type":"int","default":1},{"name":"constructor","type":"string"},{"name":"toString","type":"boolean"},{"name":"_","type":"long"},{"name":"a","type":{"type":"record","name":"one.Thing","fields":[{"name":"x","type":"int"}]}},{"name":"b","type":{"type":"record","name":"two.Thing","fields":[{"name":"y","type":"string"}]}},{"name":"c","type":{"type":"record","name":"odd.Date","fields":[]}},{"name":"d","type":{"type":"record","name":"odd.object","fields":[{"name":"import","type":"null"}]}}]}',
)

export const namesSerde = avro(namesSchema)
