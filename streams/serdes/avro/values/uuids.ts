const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && value.length === 36 && pattern.test(value)
}

export function uuidFromBytes(bytes: Buffer, start: number): string {
  const hex = bytes.toString('hex', start, start + 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** @throws RangeError when it is no UUID */
export function uuidToBytes(value: unknown): Buffer {
  if (!isUuid(value)) throw new RangeError('expected a UUID')
  return Buffer.from(value.replaceAll('-', ''), 'hex')
}
