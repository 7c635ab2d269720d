/**
 * Days since 1970-01-01 as ISO 8601 text and back, over the whole range of an Avro int (JavaScript's Date covers less).
 * The calendar is proleptic Gregorian; the arithmetic counts from 0000-03-01, so that the leap day ends a year.
 */
const daysOf400Years = 146_097
const epoch = 719_468
const pattern = /^([+-]?)(\d{4,10})-(\d\d)-(\d\d)$/

/** Also for days far beyond an int, which timestamps reach. Years beyond 9999 have a `+`, those before 0 a `-`. */
export function dateFromDays(days: number): string {
  const shifted = days + epoch
  const era = Math.floor(shifted / daysOf400Years)
  const dayOfEra = shifted - era * daysOf400Years
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const sign = year < 0 ? '-' : year > 9999 ? '+' : ''
  return `${sign}${pad(Math.abs(year), 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** @throws RangeError when the text is no day of the calendar, or beyond an Avro int where `range` says so */
export function daysFromDate(text: unknown, range: 'int' | 'any' = 'int'): number {
  const match = typeof text === 'string' ? pattern.exec(text) : null
  if (!match) throw new RangeError('expected a day as text, such as "2024-01-31"')
  const year = Number(match[1] + match[2]!)
  const month = Number(match[3])
  const day = Number(match[4])
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  const days = era * daysOf400Years + dayOfEra - epoch
  if (dateFromDays(range === 'int' ? days | 0 : days) !== text)
    throw new RangeError('expected a day of the calendar, such as "2024-01-31"')
  return days
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0')
}
