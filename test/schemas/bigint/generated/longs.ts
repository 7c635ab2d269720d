// Generated from longs.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

export interface Longs {
  readonly all: bigint
  readonly some: readonly bigint[]
  readonly maybe: bigint | null
  readonly at: Date
  /** Microseconds since the epoch. */
  readonly micros: bigint
  /** Nanoseconds since the epoch. */
  readonly nanos: bigint
  readonly count: bigint
  readonly small: number
}

/** As it may be given: what has a default may be left out. */
export type LongsInput = WithDefaults<Longs, 'maybe' | 'count'>

/** Puts the schema's defaults in for what is left out. */
export function newLongs(input: LongsInput): Longs {
  return withDefaults<Longs, 'maybe' | 'count'>({ maybe: null, count: 9007199254740991n }, input)
}

/** The text of longs.avsc, as it is registered. */
export const longsSchema = avroSchema<Longs>(
  '{"type":"record","name":"Longs","namespace":"odd","fields":[{"name":"all","type":"long"},{"name":"some","type":{"type":"array","items":"long"}},{"name":"maybe","type":["null","long"],"default":null},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"micros","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"nanos","type":{"type":"long","logicalType":"timestamp-nanos"}},{"name":"count","type":"long","default":9007199254740991},{"name":"small","type":"int"}]}',
  {"long":"bigint","logical":{"timestamp-millis":"date","timestamp-micros":"bigint"}},
)

export const longsSerde = avro(longsSchema)
