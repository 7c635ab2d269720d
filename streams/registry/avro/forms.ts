/** How the values of long and of the logical types look in TypeScript: what the codec makes and the code generation writes. */
import type { AvroType, LogicalType } from './schema'

/** `number` is exact or refused: beyond 2^53 - 1 there is an error, never another number. `bigint` holds every long. */
export type LongForm = 'number' | 'bigint'

/**
 * `raw`: the value of the type underneath. `number`, `bigint`: the count of days, milliseconds, microseconds or
 * nanoseconds. `text`: decimal digits, or ISO 8601. `date`: a JavaScript Date. `parts`: the parts of a duration.
 */
export type LogicalForm = 'raw' | 'number' | 'bigint' | 'text' | 'date' | 'parts'

type TimestampForm = 'raw' | 'number' | 'bigint' | 'text'

/** The forms that each logical type can have. */
export interface LogicalForms {
  /** `text`, such as `"45.99"`; `raw` is a Buffer. Default text. */
  readonly decimal: 'raw' | 'text'
  /** `text`, such as `"45.99"`; `raw` is a Buffer. Default text. */
  readonly 'big-decimal': 'raw' | 'text'
  /** `text`; `raw` leaves a string unchecked and gives a Buffer for a fixed. Default text. */
  readonly uuid: 'raw' | 'text'
  /** `text`, such as `"2024-01-31"`; `raw` counts days. Default text. */
  readonly date: 'raw' | 'text'
  /** `text`, such as `"12:00:00.001"`; `raw` counts milliseconds. Default raw. */
  readonly 'time-millis': 'raw' | 'text'
  /** Default number. */
  readonly 'time-micros': TimestampForm
  /** Default number. */
  readonly 'timestamp-millis': TimestampForm | 'date'
  /** Default number, which reaches from the year 1684 to 2255. */
  readonly 'timestamp-micros': TimestampForm
  /** Default bigint. */
  readonly 'timestamp-nanos': TimestampForm
  /** Default number. */
  readonly 'local-timestamp-millis': TimestampForm
  /** Default number. */
  readonly 'local-timestamp-micros': TimestampForm
  /** Default bigint. */
  readonly 'local-timestamp-nanos': TimestampForm
  /** `parts` is `{ months, days, millis }`; `text` such as `"P1M2DT0.003S"`; `raw` a Buffer. Default parts. */
  readonly duration: 'raw' | 'parts' | 'text'
}

/** How values look, as the options of `avro()` and of the code generation say it. */
export interface ValueOptions {
  /** Default `number`. */
  readonly long?: LongForm
  /** Those not named keep their default. */
  readonly logical?: Partial<LogicalForms>
}

export const defaultForms: LogicalForms = Object.freeze({
  decimal: 'text',
  'big-decimal': 'text',
  uuid: 'text',
  date: 'text',
  'time-millis': 'raw',
  'time-micros': 'number',
  'timestamp-millis': 'number',
  'timestamp-micros': 'number',
  'timestamp-nanos': 'bigint',
  'local-timestamp-millis': 'number',
  'local-timestamp-micros': 'number',
  'local-timestamp-nanos': 'bigint',
  duration: 'parts',
})

/** The form of a type's values: `raw` where it has no logical type, `number` or `bigint` for every long without another. */
export function formOf(type: AvroType, { long = 'number', logical = {} }: ValueOptions = {}): LogicalForm {
  const name: LogicalType['name'] | undefined = 'logical' in type ? type.logical?.name : undefined
  const form = name === undefined ? 'raw' : (logical[name] ?? defaultForms[name])
  return form === 'raw' && type.kind === 'long' ? long : form
}

/** The TypeScript type of a form; undefined for `raw`, whose type is that of the kind underneath. */
export function typescriptOf(form: LogicalForm): string | undefined {
  return typescript[form]
}

const typescript: Readonly<Record<LogicalForm, string | undefined>> = {
  raw: undefined,
  number: 'number',
  bigint: 'bigint',
  text: 'string',
  date: 'Date',
  parts: '{ readonly months: number; readonly days: number; readonly millis: number }',
}
