// Generated from logical.avsc. Do not edit: change the schema and generate again.
import { avro, avroSchema, type WithDefaults, withDefaults } from 'millrace'

export interface Logical {
  /** Decimal text, at most 20 digits, 4 of them after the point. */
  readonly money: string
  /** Decimal text, at most 18 digits, 2 of them after the point. */
  readonly fixedMoney: string
  /** A UUID. */
  readonly id: string
  /** A UUID. */
  readonly fixedId: string
  /** A day, as `2024-01-31`. */
  readonly day: string
  /** Milliseconds since midnight. */
  readonly millisOfDay: number
  /** Microseconds since midnight. */
  readonly microsOfDay: number
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Microseconds since the epoch. */
  readonly atMicros: number
  /** Nanoseconds since the epoch. */
  readonly atNanos: bigint
  /** Milliseconds since the epoch, local time. */
  readonly localAt: number
  /** Microseconds since the epoch, local time. */
  readonly localMicros: number
  /** Nanoseconds since the epoch, local time. */
  readonly localNanos: bigint
  readonly span: { readonly months: number; readonly days: number; readonly millis: number }
  readonly unknown: string
  /** Decimal text, at most 4 digits. */
  readonly maybe: string | null
}

/** As it may be given: what has a default may be left out. */
export type LogicalInput = WithDefaults<Logical, 'maybe'>

/** Puts the schema's defaults in for what is left out. */
export function newLogical(input: LogicalInput): Logical {
  return withDefaults<Logical, 'maybe'>({ maybe: null }, input)
}

/** The text of logical.avsc, as it is registered. */
export const logicalSchema = avroSchema<Logical>(
  '{"type":"record","name":"Logical","namespace":"odd","fields":[{"name":"money","type":{"type":"bytes","logicalType":"decimal","precision":20,"scale":4}},{"name":"fixedMoney","type":{"type":"fixed","name":"FixedMoney","size":9,"logicalType":"decimal","precision":18,"scale":2}},{"name":"id","type":{"type":"string","logicalType":"uuid"}},{"name":"fixedId","type":{"type":"fixed","name":"FixedId","size":16,"logicalType":"uuid"}},{"name":"day","type":{"type":"int","logicalType":"date"}},{"name":"millisOfDay","type":{"type":"int","logicalType":"time-millis"}},{"name":"microsOfDay","type":{"type":"long","logicalType":"time-micros"}},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"atMicros","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"atNanos","type":{"type":"long","logicalType":"timestamp-nanos"}},{"name":"localAt","type":{"type":"long","logicalType":"local-timestamp-millis"}},{"name":"localMicros","type":{"type":"long","logicalType":"local-timestamp-micros"}},{"name":"localNanos","type":{"type":"long","logicalType":"local-timestamp-nanos"}},{"name":"span","type":{"type":"fixed","name":"Span","size":12,"logicalType":"duration"}},{"name":"unknown","type":{"type":"string","logicalType":"nobody-knows"}},{"name":"maybe","type":["null",{"type":"bytes","logicalType":"decimal","precision":4,"scale":0}],"default":null}]}',
)

export const logicalSerde = avro(logicalSchema)
