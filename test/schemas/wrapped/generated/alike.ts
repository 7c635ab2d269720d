// Generated from alike.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

export interface Left {
  readonly v: number
}

export interface Right {
  readonly v: number
}

export type Code = 'a' | 'b'

export interface Alike {
  /** Decimal text, at most 4 digits, 1 of them after the point. */
  readonly number: { readonly int: number } | { readonly long: number } | { readonly string: string } | { readonly bytes: string }
  readonly either: { readonly 'odd.Left': Left } | { readonly 'odd.Right': Right } | null
  readonly texts: { readonly [key: string]: { readonly 'odd.Code': Code } | { readonly string: string } }
}

/** As it may be given: what has a default may be left out. */
export type AlikeInput = WithDefaults<Alike, 'either'>

/** Puts the schema's defaults in for what is left out. */
export function newAlike(input: AlikeInput): Alike {
  return withDefaults<Alike, 'either'>({ either: null }, input)
}

/** The text of alike.avsc, as it is registered. */
export const alikeSchema = avroSchema<Alike>(
  '{"type":"record","name":"Alike","namespace":"odd","fields":[{"name":"number","type":["int","long","string",{"type":"bytes","logicalType":"decimal","precision":4,"scale":1}]},{"name":"either","type":["null",{"type":"record","name":"Left","fields":[{"name":"v","type":"int"}]},{"type":"record","name":"Right","fields":[{"name":"v","type":"int"}]}],"default":null},{"name":"texts","type":{"type":"map","values":[{"type":"enum","name":"Code","symbols":["a","b"]},"string"]}}]}',
  {"unions":"wrapped"},
)

export const alikeSerde = avro(alikeSchema)
