import { isJsonNumber, type JsonObject } from './json'
import type { AvroType, LogicalType, SimpleLogicalType } from './schema'

/** Which underlying kinds a logical type may stand on. */
const underlying: Readonly<Record<SimpleLogicalType, readonly AvroType['kind'][]>> = {
  'big-decimal': ['bytes'],
  uuid: ['string', 'fixed'],
  date: ['int'],
  'time-millis': ['int'],
  'time-micros': ['long'],
  'timestamp-millis': ['long'],
  'timestamp-micros': ['long'],
  'timestamp-nanos': ['long'],
  'local-timestamp-millis': ['long'],
  'local-timestamp-micros': ['long'],
  'local-timestamp-nanos': ['long'],
  duration: ['fixed'],
}

const fixedSizes: Readonly<Partial<Record<SimpleLogicalType, number>>> = { uuid: 16, duration: 12 }

/** The logical type a schema attaches to a kind, or undefined: one that is unknown or does not fit is ignored. */
export function logicalTypeOf(kind: AvroType['kind'], schema: JsonObject): LogicalType | undefined {
  const name = schema.get('logicalType')
  if (name === 'decimal') return decimalOf(kind, schema)
  if (typeof name !== 'string' || !Object.hasOwn(underlying, name)) return undefined
  const simple = name as SimpleLogicalType
  if (!underlying[simple].includes(kind)) return undefined
  if (kind === 'fixed' && integerOf(schema, 'size') !== fixedSizes[simple]) return undefined
  return { name: simple }
}

function decimalOf(kind: AvroType['kind'], schema: JsonObject): LogicalType | undefined {
  if (kind !== 'bytes' && kind !== 'fixed') return undefined
  const precision = integerOf(schema, 'precision')
  const scale = schema.has('scale') ? integerOf(schema, 'scale') : 0
  if (precision === undefined || scale === undefined) return undefined
  if (precision <= 0 || scale < 0 || scale > precision) return undefined
  if (kind === 'fixed' && precision > digitsIn(integerOf(schema, 'size') ?? 0)) return undefined
  return { name: 'decimal', precision, scale }
}

/** The most decimal digits of which every number fits into so many bytes of two's complement. */
function digitsIn(bytes: number): number {
  return Math.floor(Math.log10(2) * (8 * bytes - 1))
}

/** Undefined where it is no int of 32 bits. */
function integerOf(schema: JsonObject, key: string): number | undefined {
  const json = schema.get(key)
  if (!isJsonNumber(json) || !json.integral) return undefined
  const value = Number(json.digits)
  return value === (value | 0) ? value : undefined
}
