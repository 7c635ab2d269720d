/** A big-decimal brings its scale along: its bytes hold an Avro `bytes`, the unscaled value, and an Avro `int`, the scale. */
import { cursorOf, readInt, readLength, skip } from '../codec/cursor'
import { newSink, take } from '../codec/sink'
import { writeInt, writeSized } from '../codec/write'
import { decimalFromBytes, decimalToBytes } from './decimals'

/** A scale beyond this would be a text of as many zeros. */
const maxScale = 10_000
const unbounded = { maxItems: 0, maxDepth: 0, maxBytes: 0 }

/** @throws RangeError or TerminalError when the bytes are no big-decimal */
export function bigDecimalFromBytes(bytes: Buffer): string {
  const cursor = cursorOf(bytes, 0, unbounded)
  const start = skip(cursor, readLength(cursor))
  const end = cursor.pos
  const scale = readInt(cursor)
  if (Math.abs(scale) > maxScale) throw new RangeError(`a scale of ${scale} is too large`)
  const text = decimalFromBytes(bytes, start, end, { precision: 0, scale: Math.max(0, scale) })
  return scale < 0 && text !== '0' ? text + '0'.repeat(-scale) : text
}

/** @throws RangeError when it is no decimal */
export function bigDecimalToBytes(text: unknown): Buffer {
  const digits = typeof text === 'string' ? text.length : 0
  const point = typeof text === 'string' ? text.indexOf('.') : -1
  const scale = point < 0 ? 0 : digits - point - 1
  const sink = newSink(digits + 16)
  writeSized(sink, decimalToBytes(text, { precision: digits, scale }))
  writeInt(sink, scale)
  return take(sink)
}
