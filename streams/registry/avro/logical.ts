import type { AvroType, LogicalType, SimpleLogicalType } from './schema'

type Json = Readonly<Record<string, unknown>>

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
export function logicalTypeOf(kind: AvroType['kind'], schema: Json): LogicalType | undefined {
  const name = schema.logicalType
  if (name === 'decimal') return decimalOf(kind, schema)
  if (typeof name !== 'string' || !Object.hasOwn(underlying, name)) return undefined
  const simple = name as SimpleLogicalType
  if (!underlying[simple].includes(kind)) return undefined
  if (kind === 'fixed' && schema.size !== fixedSizes[simple]) return undefined
  return { name: simple }
}

function decimalOf(kind: AvroType['kind'], schema: Json): LogicalType | undefined {
  const { precision, scale = 0 } = schema
  if (kind !== 'bytes' && kind !== 'fixed') return undefined
  if (!isCount(precision) || !isCount(scale) || precision === 0 || scale > precision) return undefined
  if (kind === 'fixed' && precision > digitsIn(schema.size as number)) return undefined
  return { name: 'decimal', precision, scale }
}

/** The most decimal digits of which every number fits into so many bytes of two's complement. */
function digitsIn(bytes: number): number {
  return bytes === 0 ? 0 : Math.floor(Math.log10(2) * (8 * bytes - 1))
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
