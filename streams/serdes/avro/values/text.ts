/** The text of a value of a logical type. */
import type { LogicalType } from '../../../registry/avro/schema'
import { bigDecimalFromBytes } from './big-decimals'
import { dateFromDays } from './dates'
import { decimalFromBytes } from './decimals'
import { durationFromBytes, durationText } from './durations'
import { type SecondDigits, timestampText, timeText } from './times'
import { isUuid, uuidFromBytes } from './uuids'

/** Digits after the second, for the logical types that count from an instant or a midnight. */
export function secondDigits(name: LogicalType['name']): SecondDigits {
  return name.endsWith('millis') ? 3 : name.endsWith('micros') ? 6 : 9
}

/** An instant has a zone, local time has none. */
export function zoneOf(name: LogicalType['name']): 'Z' | '' {
  return name.startsWith('timestamp') ? 'Z' : ''
}

/** @param value the value of the type underneath; undefined where it has no text, such as a time beyond the day */
export function logicalText(logical: LogicalType, value: unknown): string | undefined {
  if (Buffer.isBuffer(value)) return textOfBytes(logical, value)
  if (typeof value === 'string') return isUuid(value) ? value.toLowerCase() : undefined
  const count = value as number | bigint
  const { name } = logical
  if (name === 'date') return dateFromDays(Number(count))
  if (name.startsWith('time-')) return timeText(count, secondDigits(name))
  return timestampText(count, secondDigits(name), zoneOf(name))
}

function textOfBytes(logical: LogicalType, bytes: Buffer): string | undefined {
  if (logical.name === 'decimal')
    return bytes.length === 0 ? undefined : decimalFromBytes(bytes, 0, bytes.length, logical)
  if (logical.name === 'uuid') return uuidFromBytes(bytes, 0)
  return logical.name === 'duration' ? durationText(durationFromBytes(bytes, 0)) : bigDecimalFromBytes(bytes)
}
