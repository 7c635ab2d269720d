// Generated from defaults.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

export type Tint = 'dark' | 'light'

export interface Inner {
  readonly a: number
  readonly b: string
}

/** As it may be given: what has a default may be left out. */
export type InnerInput = WithDefaults<Inner, 'a'>

/** Puts the schema's defaults in for what is left out. */
export function newInner(input: InnerInput): Inner {
  return withDefaults<Inner, 'a'>({ a: 3 }, input)
}

export interface Defaults {
  readonly text: string
  readonly none: string | null
  readonly number: number | null
  readonly fraction: number
  /** Decimal text, at most 6 digits, 2 of them after the point. */
  readonly money: string
  readonly bytes: Buffer
  readonly list: readonly string[]
  readonly map: { readonly [key: string]: number }
  readonly colour: Tint
  /** A day, as `2024-01-31`. */
  readonly day: string
  readonly required: string
  readonly inner: Inner
}

/** As it may be given: what has a default may be left out. */
export type DefaultsInput = WithDefaults<Defaults, 'text' | 'none' | 'number' | 'fraction' | 'money' | 'bytes' | 'list' | 'map' | 'colour' | 'day' | 'inner'>

/** Puts the schema's defaults in for what is left out. */
export function newDefaults(input: DefaultsInput): Defaults {
  return withDefaults<Defaults, 'text' | 'none' | 'number' | 'fraction' | 'money' | 'bytes' | 'list' | 'map' | 'colour' | 'day' | 'inner'>({ text: 'it\'s "quoted" \\ \u2028', none: null, number: -7, fraction: Number.NEGATIVE_INFINITY, money: '2.56', bytes: Buffer.from('00ff', 'hex'), list: ['a', 'b'], map: { one: 1, 'two words': 2 }, colour: 'light', day: '2024-01-31', inner: { a: 3, b: 'x' } }, input)
}

/** The text of defaults.avsc, as it is registered. */
export const defaultsSchema = avroSchema<Defaults>(
  '{"type":"record","name":"Defaults","namespace":"odd","fields":[{"name":"text","type":"string","default":"it\'s \\"quoted\\" \\\\ \u2028"},{"name":"none","type":["null","string"],"default":null},{"name":"number","type":["int","null"],"default":-7},{"name":"fraction","type":"double","default":"-Infinity"},{"name":"money","type":{"type":"bytes","logicalType":"decimal","precision":6,"scale":2},"default":"\\u0001\\u0000"},{"name":"bytes","type":"bytes","default":"\\u0000ÿ"},{"name":"list","type":{"type":"array","items":"string"},"default":["a","b"]},{"name":"map","type":{"type":"map","values":"int"},"default":{"one":1,"two words":2}},{"name":"colour","type":{"type":"enum","name":"Tint","symbols":["dark","light"]},"default":"light"},{"name":"day","type":{"type":"int","logicalType":"date"},"default":19753},{"name":"required","type":"string"},{"name":"inner","type":{"type":"record","name":"Inner","fields":[{"name":"a","type":"int","default":3},{"name":"b","type":"string"}]},"default":{"b":"x"}}]}',
)

export const defaultsSerde = avro(defaultsSchema)
