/** Reading the kinds that have no parts, in the form that is wanted. */
import { formOf, type ValueOptions } from '../../../registry/avro/forms'
import type { AvroType, FixedType, LogicalType } from '../../../registry/avro/schema'
import { decimalFromBytes } from '../values/decimals'
import { durationFromBytes } from '../values/durations'
import { floatOf } from '../values/floats'
import { logicalText } from '../values/text'
import { textOfBytes } from '../values/utf8'
import { uuidFromBytes } from '../values/uuids'
import {
  type Cursor,
  type Read,
  readBoolean,
  readBytes,
  readDouble,
  readFixed,
  readFloat,
  readInt,
  readLength,
  readLong,
  readSafeLong,
  readString,
  skip,
} from './cursor'
import { unreadable } from './failures'

/** @param writer the same type, or one that promotes to it */
export function valueReader(writer: AvroType, reader: AvroType, options: ValueOptions): Read {
  const form = formOf(reader, options)
  const logical = 'logical' in reader ? reader.logical : undefined
  switch (reader.kind) {
    case 'null':
      return readNull
    case 'boolean':
      return readBoolean
    case 'int':
      return logical && form === 'text' ? textReader(readInt, logical) : readInt
    case 'long':
      return longReader(writer.kind === 'int' ? readInt : readLong, form, logical)
    case 'float':
      return floatReader(writer.kind)
    case 'double':
      return doubleReader(writer.kind)
    case 'string':
      return writer.kind === 'bytes' ? (cursor) => textOfBytes(readBytes(cursor)) : readString
    case 'bytes':
      if (!logical || form === 'raw') return readBytes
      return logical.name === 'decimal' ? decimalReader(logical) : textReader(readBytes, logical)
    default:
      return fixedReader(reader as FixedType, form)
  }
}

function readNull(): null {
  return null
}

type ReadWhole = (cursor: Cursor) => number | bigint

function longReader(read: ReadWhole, form: string, logical: LogicalType | undefined): Read {
  if (form === 'bigint') return (cursor) => BigInt(read(cursor))
  if (form === 'text' && logical) return textReader(read, logical)
  if (form === 'date') return (cursor) => dateOf(Number(read(cursor)))
  return read === readInt ? readInt : readSafeLong
}

function dateOf(millis: number): Date {
  const date = new Date(millis)
  return Number.isNaN(date.getTime()) ? unreadable('a timestamp that a Date cannot hold') : date
}

function textReader(read: Read, logical: LogicalType): Read {
  return (cursor) => logicalText(logical, read(cursor)) ?? unreadable(`no ${logical.name}`)
}

type Kind = AvroType['kind']

/** int and long are rounded, once. */
function floatReader(writer: Kind): Read {
  if (writer === 'int') return (cursor) => Math.fround(readInt(cursor))
  return writer === 'long' ? (cursor) => floatOf(readLong(cursor)) : readFloat
}

function doubleReader(writer: Kind): Read {
  if (writer === 'int') return readInt
  if (writer === 'long') return (cursor) => Number(readLong(cursor))
  return writer === 'float' ? readFloat : readDouble
}

function fixedReader(type: FixedType, form: string): Read {
  const { size, logical } = type
  if (!logical || form === 'raw') return (cursor) => readFixed(cursor, size)
  if (logical.name === 'decimal') return fixedDecimalReader(logical, size)
  if (logical.name === 'uuid') return (cursor) => uuidFromBytes(cursor.bytes, skip(cursor, size))
  if (form === 'text') return textReader((cursor) => readFixed(cursor, size), logical)
  return (cursor) => durationFromBytes(cursor.bytes, skip(cursor, size))
}

type Decimal = Extract<LogicalType, { readonly name: 'decimal' }>

function decimalReader(format: Decimal): Read {
  return (cursor) => {
    const length = readLength(cursor)
    const start = skip(cursor, length)
    return decimalFromBytes(cursor.bytes, start, start + length, format)
  }
}

function fixedDecimalReader(format: Decimal, size: number): Read {
  return (cursor) => {
    const start = skip(cursor, size)
    return decimalFromBytes(cursor.bytes, start, start + size, format)
  }
}
