/** Writing Avro's binary. What is written fits its type: the callers see to that. */
import type { Sink } from './sink'

const twoTo27 = 2 ** 27

/** Makes room for so many bytes more. */
export function reserve(sink: Sink, size: number): void {
  if (sink.pos + size > sink.bytes.length) moveOn(sink, size)
}

function moveOn(sink: Sink, size: number): void {
  const written = sink.pos - sink.start
  // Twice what is there, so that a large value is not copied again and again.
  const next = Buffer.allocUnsafe(Math.max(sink.slabSize, 2 * (written + size)))
  sink.bytes.copy(next, 0, sink.start, sink.pos)
  sink.bytes = next
  sink.start = 0
  sink.pos = written
}

export function writeBoolean(sink: Sink, value: boolean): void {
  reserve(sink, 1)
  sink.bytes[sink.pos++] = value ? 1 : 0
}

/** A whole number of 32 bits. */
export function writeInt(sink: Sink, value: number): void {
  reserve(sink, 5)
  const { bytes } = sink
  let { pos } = sink
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  for (; rest > 0x7f; rest >>>= 7) bytes[pos++] = (rest & 0x7f) | 0x80
  bytes[pos++] = rest
  sink.pos = pos
}

/** A whole number within 2^53 - 1. */
export function writeLong(sink: Sink, value: number): void {
  if (value === (value | 0)) {
    writeInt(sink, value)
    return
  }
  reserve(sink, 10)
  const { bytes } = sink
  let { pos } = sink
  const half = value < 0 ? -value - 1 : value
  // The low 28 bits of the zigzag number hold the sign and 27 bits of the half.
  let low = (half % twoTo27) * 2 + (value < 0 ? 1 : 0)
  for (let group = 0; group < 4; group++, low >>>= 7) bytes[pos++] = (low & 0x7f) | 0x80
  let high = Math.floor(half / twoTo27)
  for (; high > 0x7f; high = Math.floor(high / 128)) bytes[pos++] = (high % 128) | 0x80
  bytes[pos++] = high
  sink.pos = pos
}

/** A whole number of 64 bits. */
export function writeBigint(sink: Sink, value: bigint): void {
  reserve(sink, 10)
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  for (; rest > 0x7fn; rest >>= 7n) sink.bytes[sink.pos++] = Number(rest & 0x7fn) | 0x80
  sink.bytes[sink.pos++] = Number(rest)
}

export function writeFloat(sink: Sink, value: number): void {
  reserve(sink, 4)
  sink.pos = sink.bytes.writeFloatLE(value, sink.pos)
}

export function writeDouble(sink: Sink, value: number): void {
  reserve(sink, 8)
  sink.pos = sink.bytes.writeDoubleLE(value, sink.pos)
}

/** Of so many characters or less, in ASCII, a text is written here; beyond, a call into the runtime is faster. */
const shortText = 24

export function writeString(sink: Sink, text: string): void {
  const { length } = text
  reserve(sink, 3 * length + 5)
  if (length <= shortText && writeAscii(sink, text)) return
  // The length is written before it is known; the text moves where the guess was wrong.
  const guess = varintSize(2 * length)
  const start = sink.pos + guess
  const written = utf8Write.call(sink.bytes, text, start)
  const size = varintSize(2 * written)
  if (size !== guess) sink.bytes.copyWithin(sink.pos + size, start, start + written)
  writeInt(sink, written)
  sink.pos += written
}

/** What Node's own `write` ends in. */
const {
  utf8Write = function (this: Buffer, text: string, start: number) {
    return this.write(text, start, 'utf8')
  },
} = Buffer.prototype as { readonly utf8Write?: (this: Buffer, text: string, start: number) => number }

/** False, with nothing done, where the text has other characters. */
function writeAscii(sink: Sink, text: string): boolean {
  const { bytes, pos } = sink
  const { length } = text
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return false
    bytes[pos + 1 + index] = code
  }
  bytes[pos] = 2 * length
  sink.pos = pos + 1 + length
  return true
}

/** Bytes of the varint of what has been doubled by zigzag. */
function varintSize(zigzag: number): number {
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  return zigzag < 0x200000 ? 3 : zigzag < 0x10000000 ? 4 : 5
}

export function writeSized(sink: Sink, bytes: Uint8Array): void {
  reserve(sink, bytes.length + 5)
  writeInt(sink, bytes.length)
  writeFixed(sink, bytes)
}

export function writeFixed(sink: Sink, bytes: Uint8Array): void {
  reserve(sink, bytes.length)
  sink.bytes.set(bytes, sink.pos)
  sink.pos += bytes.length
}
