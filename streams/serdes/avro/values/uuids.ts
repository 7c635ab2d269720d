const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value)
}

/** The same, one character at a time: whether this one may stand there. */
export function isUuidCode(code: number, index: number): boolean {
  if (index === 8 || index === 13 || index === 18 || index === 23) return code === dash
  const letter = code | 0x20
  return (code >= zero && code <= zero + 9) || (letter >= a && letter <= a + 5)
}

const dash = 0x2d
const zero = 0x30
const a = 0x61

export function uuidFromBytes(bytes: Buffer, start: number): string {
  const hex = bytes.toString('hex', start, start + 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** @throws RangeError when it is no UUID */
export function uuidToBytes(value: unknown): Buffer {
  if (!isUuid(value)) throw new RangeError('expected a UUID')
  return Buffer.from(value.replaceAll('-', ''), 'hex')
}
