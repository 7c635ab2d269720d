/** Decimals as text: exact, with as many digits after the point as the schema says. */

export interface DecimalFormat {
  readonly precision: number
  readonly scale: number
}

const zero = 0x30
const dot = 0x2e
const minus = 0x2d
const pattern = /^(-?)(\d+)(?:\.(\d+))?$/

/** Digits that an unscaled number may have to be exact as a JavaScript number. */
const exactDigits = 15

/**
 * The unscaled value of a decimal text as a number, for the texts that most amounts are: plain digits that fit. Undefined
 * for all the others, which `decimalToBytes` takes or refuses. It is on the path of every amount, hence no pattern.
 */
export function smallUnscaled(text: unknown, { precision, scale }: DecimalFormat): number | undefined {
  if (typeof text !== 'string' || text.length > exactDigits) return undefined
  const start = text.charCodeAt(0) === minus ? 1 : 0
  let unscaled = 0
  let point = -1
  for (let index = start; index < text.length; index++) {
    const digit = text.charCodeAt(index) - zero
    if (digit >= 0 && digit <= 9) unscaled = unscaled * 10 + digit
    else if (digit === dot - zero && point < 0 && index > start) point = index
    else return undefined
  }
  const fraction = point < 0 ? 0 : text.length - point - 1
  const digits = text.length - start - (point < 0 ? 0 : 1) + scale - fraction
  if (digits === scale || (point >= 0 && fraction === 0) || fraction > scale) return undefined
  if (digits > precision || digits > exactDigits) return undefined
  for (let missing = scale - fraction; missing > 0; missing--) unscaled *= 10
  return start === 1 ? -unscaled : unscaled
}

/**
 * The unscaled value of a decimal text as big-endian two's complement, as short as it can be.
 * @throws RangeError when the text is no decimal, needs rounding or has too many digits
 */
export function decimalToBytes(text: unknown, format: DecimalFormat): Buffer {
  const { precision, scale } = format
  const match = typeof text === 'string' ? pattern.exec(text) : null
  if (!match) throw new RangeError('expected a decimal as text, such as "45.99"')
  const [, sign, whole = '', fraction = ''] = match
  if (/[1-9]/.test(fraction.slice(scale))) throw new RangeError(`has more than ${scale} digits after the point`)
  const digits = (whole + fraction.slice(0, scale).padEnd(scale, '0')).replace(/^0+/, '')
  if (digits.length > precision) throw new RangeError(`has more than ${precision} digits`)
  return toBytes(BigInt(sign + (digits || '0')))
}

/** @throws RangeError when there are no bytes, or far more than a decimal of this precision takes */
export function decimalFromBytes(bytes: Buffer, start: number, end: number, format: DecimalFormat): string {
  const length = end - start
  if (length === 0) throw new RangeError('a decimal has at least one byte')
  if (length <= 6) return formatDecimal(String(bytes.readIntBE(start, length)), format.scale)
  // A wider one is read all the same, since precision may have grown; this bound keeps a forged length from costing seconds.
  if (length > format.precision + 1024) throw new RangeError(`${length} bytes are too many for a decimal`)
  const unsigned = BigInt(`0x${bytes.toString('hex', start, end)}`)
  return formatDecimal(String(BigInt.asIntN(8 * length, unsigned)), format.scale)
}

function formatDecimal(unscaled: string, scale: number): string {
  if (scale === 0) return unscaled
  const negative = unscaled.startsWith('-')
  const digits = (negative ? unscaled.slice(1) : unscaled).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Bytes of two's complement that a number of up to 15 digits takes. */
export function lengthOf(value: number): number {
  let length = 1
  for (let limit = 128; value >= limit || value < -limit; limit *= 256) length += 1
  return length
}

function toBytes(value: bigint): Buffer {
  let length = 1
  while (BigInt.asIntN(8 * length, value) !== value) length += 1
  const hex = BigInt.asUintN(8 * length, value).toString(16)
  return Buffer.from(hex.padStart(2 * length, '0'), 'hex')
}

/** The same number in a given number of bytes. @throws RangeError when it does not fit */
export function signExtend(bytes: Buffer, size: number): Buffer {
  if (bytes.length > size) throw new RangeError(`does not fit into ${size} bytes`)
  const wide = Buffer.alloc(size, bytes[0]! & 0x80 ? 0xff : 0)
  bytes.copy(wide, size - bytes.length)
  return wide
}
