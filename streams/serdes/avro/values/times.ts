/** Times of day and timestamps as ISO 8601 text and back, exact over the whole range of a long. */
import { dateFromDays, daysFromDate } from './dates'

/** Digits after the second: 3 for milliseconds, 6 for microseconds, 9 for nanoseconds. */
export type SecondDigits = 3 | 6 | 9

/** Undefined where it is no time of a day. */
export function timeText(count: number | bigint, digits: SecondDigits): string | undefined {
  const value = BigInt(count)
  const perDay = unitsPerDay(digits)
  return value < 0n || value >= perDay ? undefined : timeOfDay(value, digits)
}

/** @throws RangeError when the text is no time of a day, or has more digits */
export function timeCount(text: unknown, digits: SecondDigits): bigint {
  const count = typeof text === 'string' ? countOfTime(text, digits) : undefined
  if (count === undefined) throw new RangeError(`expected a time of day, such as "12:00:00.${'5'.padEnd(digits, '0')}"`)
  return count
}

/** `2024-01-31T12:00:00.000`, behind it `Z` where it is an instant and not a local time. */
export function timestampText(count: number | bigint, digits: SecondDigits, zone: 'Z' | ''): string {
  const value = BigInt(count)
  const perDay = unitsPerDay(digits)
  const units = ((value % perDay) + perDay) % perDay
  return `${dateFromDays(Number((value - units) / perDay))}T${timeOfDay(units, digits)}${zone}`
}

const timestamp = /^([+-]?\d{4,}-\d\d-\d\d)T([\d:.]+?)(Z?)$/

/** @throws RangeError when the text is no timestamp of this kind, or beyond a long */
export function timestampCount(text: unknown, digits: SecondDigits, zone: 'Z' | ''): bigint {
  const [, day, time, given] = (typeof text === 'string' ? timestamp.exec(text) : null) ?? []
  const units = time === undefined ? undefined : countOfTime(time, digits)
  if (day === undefined || units === undefined || given !== zone) {
    throw new RangeError(`expected a timestamp, such as "2024-01-31T12:00:00${zone}"`)
  }
  const count = BigInt(daysFromDate(day, 'any')) * unitsPerDay(digits) + units
  if (BigInt.asIntN(64, count) !== count) throw new RangeError('a timestamp beyond 64 bits')
  return count
}

function unitsPerDay(digits: SecondDigits): bigint {
  return 86_400n * 10n ** BigInt(digits)
}

function timeOfDay(units: bigint, digits: SecondDigits): string {
  const perSecond = 10n ** BigInt(digits)
  const seconds = Number(units / perSecond)
  const fraction = String(units % perSecond).padStart(digits, '0')
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0')
}

const clock = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/

function countOfTime(text: string, digits: SecondDigits): bigint | undefined {
  const match = clock.exec(text)
  if (!match) return undefined
  const [, hours, minutes, seconds = '0', fraction = ''] = match
  if (/[1-9]/.test(fraction.slice(digits))) return undefined
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return BigInt(whole) * 10n ** BigInt(digits) + BigInt(fraction.slice(0, digits).padEnd(digits, '0'))
}
