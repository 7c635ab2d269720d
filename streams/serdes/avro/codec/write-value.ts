/** Writing the kinds that have no parts, from the form they come in. */
import { formOf, type LogicalForm, type ValueOptions } from '../../../registry/avro/forms'
import type { AvroType, EnumType, FixedType, LogicalType } from '../../../registry/avro/schema'
import { bigDecimalToBytes } from '../values/big-decimals'
import { daysFromDate } from '../values/dates'
import { type DecimalFormat, decimalToBytes, lengthOf, signExtend, smallUnscaled } from '../values/decimals'
import { durationFromText, durationToBytes } from '../values/durations'
import { secondDigits, zoneOf } from '../values/text'
import { timeCount, timestampCount } from '../values/times'
import { isUuidCode, uuidToBytes } from '../values/uuids'
import { misfit } from './misfit'
import type { Sink, Write } from './sink'
import {
  reserve,
  writeBigint,
  writeBoolean,
  writeDouble,
  writeFixed,
  writeFloat,
  writeInt,
  writeLong,
  writeSized,
  writeString,
} from './write'

export function valueWriter(type: AvroType, options: ValueOptions): Write {
  const form = formOf(type, options)
  const logical = 'logical' in type ? type.logical : undefined
  switch (type.kind) {
    case 'null':
      return (value) => (value === null ? undefined : misfit('null', value))
    case 'boolean':
      return (value, sink) => (typeof value === 'boolean' ? writeBoolean(sink, value) : misfit('boolean', value))
    case 'int':
      return form === 'text' ? intFromText(logical) : writeWhole
    case 'long':
      return longWriter(form, logical)
    case 'float':
      return (value, sink) => (typeof value === 'number' ? writeFloat(sink, value) : misfit('float', value))
    case 'double':
      return (value, sink) => (typeof value === 'number' ? writeDouble(sink, value) : misfit('double', value))
    case 'string':
      return logical && form === 'text' ? writeUuid : writeText
    case 'bytes':
      return bytesWriter(form, logical)
    case 'enum':
      return enumWriter(type)
    default:
      return fixedWriter(type as FixedType, form)
  }
}

function writeWhole(value: unknown, sink: Sink): void {
  if (typeof value !== 'number' || value !== (value | 0)) misfit('int', value)
  else writeInt(sink, value)
}

function intFromText(logical: LogicalType | undefined): Write {
  if (logical?.name === 'date') return (value, sink) => writeInt(sink, daysFromDate(value))
  return (value, sink) => writeInt(sink, Number(timeCount(value, 3)))
}

function longWriter(form: LogicalForm, logical: LogicalType | undefined): Write {
  if (form === 'bigint') return writeBig
  if (form === 'date') return writeDate
  if (form !== 'text' || !logical) return writeExact
  const digits = secondDigits(logical.name)
  if (logical.name.startsWith('time-')) return (value, sink) => writeBigint(sink, timeCount(value, digits))
  return (value, sink) => writeBigint(sink, timestampCount(value, digits, zoneOf(logical.name)))
}

function writeExact(value: unknown, sink: Sink): void {
  if (!Number.isSafeInteger(value)) misfit('long', value)
  else writeLong(sink, value as number)
}

function writeBig(value: unknown, sink: Sink): void {
  if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) misfit('long as a bigint', value)
  else writeBigint(sink, value)
}

function writeDate(value: unknown, sink: Sink): void {
  const millis = value instanceof Date ? value.getTime() : Number.NaN
  if (Number.isNaN(millis)) misfit('a Date', value)
  else writeLong(sink, millis)
}

function writeText(value: unknown, sink: Sink): void {
  if (typeof value !== 'string') misfit('string', value)
  else writeString(sink, value)
}

const uuidLength = 36

/** Looked at while it is written: it is all ASCII. */
function writeUuid(value: unknown, sink: Sink): void {
  if (typeof value !== 'string' || value.length !== uuidLength) misfit('a UUID', value)
  reserve(sink, uuidLength + 1)
  const { bytes, pos } = sink
  bytes[pos] = 2 * uuidLength
  for (let index = 0; index < uuidLength; index++) {
    const code = (value as string).charCodeAt(index)
    if (!isUuidCode(code, index)) misfit('a UUID', value)
    bytes[pos + 1 + index] = code
  }
  sink.pos = pos + uuidLength + 1
}

function bytesWriter(form: LogicalForm, logical: LogicalType | undefined): Write {
  if (logical && form === 'text') {
    if (logical.name === 'decimal') return decimalWriter(logical)
    return (value, sink) => writeSized(sink, bigDecimalToBytes(value))
  }
  return (value, sink) => (value instanceof Uint8Array ? writeSized(sink, value) : misfit('bytes', value))
}

function decimalWriter(format: DecimalFormat): Write {
  return (value, sink) => {
    const unscaled = smallUnscaled(value, format)
    if (unscaled === undefined) writeSized(sink, decimalToBytes(value, format))
    else writeUnscaled(sink, unscaled)
  }
}

/** Length and two's complement, straight into the bytes. */
function writeUnscaled(sink: Sink, unscaled: number): void {
  const length = lengthOf(unscaled)
  reserve(sink, length + 1)
  const { bytes, pos } = sink
  bytes[pos] = 2 * length
  let rest = unscaled
  for (let index = pos + length; index > pos; index--) {
    const high = Math.floor(rest / 256)
    bytes[index] = rest - high * 256
    rest = high
  }
  sink.pos = pos + length + 1
}

function enumWriter({ name, symbols }: EnumType): Write {
  const indices = new Map<unknown, number>(symbols.map((symbol, index) => [symbol, index]))
  return (value, sink) => {
    const index = indices.get(value)
    if (index === undefined) misfit(name, value)
    else writeInt(sink, index)
  }
}

function fixedWriter(type: FixedType, form: LogicalForm): Write {
  const toBytes = fixedBytes(type, form)
  return (value, sink) => writeFixed(sink, toBytes(value))
}

function fixedBytes({ name, size, logical }: FixedType, form: LogicalForm): (value: unknown) => Uint8Array {
  if (logical && form !== 'raw') {
    if (logical.name === 'decimal') return (value) => signExtend(decimalToBytes(value, logical), size)
    if (logical.name === 'uuid') return uuidToBytes
    return form === 'text' ? (value) => durationToBytes(durationFromText(value)) : durationToBytes
  }
  const what = `${name} (${size} bytes)`
  return (value) => (value instanceof Uint8Array && value.length === size ? value : misfit(what, value))
}
