/** A duration is twelve bytes: months, days and milliseconds, which do not convert into each other. */

export interface Duration {
  readonly months: number
  readonly days: number
  readonly millis: number
}

export function durationFromBytes(bytes: Buffer, start: number): Duration {
  return {
    months: bytes.readUInt32LE(start),
    days: bytes.readUInt32LE(start + 4),
    millis: bytes.readUInt32LE(start + 8),
  }
}

/** @throws RangeError when it is no duration, or a part of it is no whole number of 32 bits */
export function durationToBytes(value: unknown): Buffer {
  const { months, days, millis } = (value ?? {}) as Partial<Duration>
  const bytes = Buffer.allocUnsafe(12)
  for (const [index, part] of [months, days, millis].entries()) {
    if (typeof part !== 'number' || part !== part >>> 0) {
      throw new RangeError('expected { months, days, millis } of whole numbers that are not negative')
    }
    bytes.writeUInt32LE(part, 4 * index)
  }
  return bytes
}

/** ISO 8601, such as `P1M2DT0.003S`. */
export function durationText({ months, days, millis }: Duration): string {
  const fraction = String(millis % 1000).padStart(3, '0')
  return `P${months}M${days}DT${Math.floor(millis / 1000)}.${fraction}S`
}

const pattern = /^P(?:(\d+)M)?(?:(\d+)D)?(?:T(\d+)(?:\.(\d{1,3}))?S)?$/

/** @throws RangeError when the text is no duration of months, days and seconds */
export function durationFromText(text: unknown): Duration {
  const match = typeof text === 'string' && text.length > 2 ? pattern.exec(text) : null
  if (!match) throw new RangeError('expected a duration, such as "P1M2DT0.003S"')
  const [, months = '0', days = '0', seconds = '0', fraction = ''] = match
  const millis = Number(seconds) * 1000 + Number(fraction.padEnd(3, '0'))
  return { months: Number(months), days: Number(days), millis }
}
