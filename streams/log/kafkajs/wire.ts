/**
 * Kafka's wire types, for the requests that kafkajs does not know in the version we need. Offsets and ids are plain
 * numbers (exact to 2^53). "Compact" types belong to the flexible versions (KIP-482), whose structures end with `tags`.
 */
import { TerminalError } from '../../errors'
import { readInt64, writeInt64 } from '../records/numbers'

export interface Writer {
  int8(value: number): Writer
  int16(value: number): Writer
  int32(value: number): Writer
  int64(value: number): Writer
  string(value: string | null): Writer
  compactString(value: string | null): Writer
  bytes(value: Buffer): Writer
  array<T>(items: readonly T[] | null, each: (item: T) => void): Writer
  compactArray<T>(items: readonly T[], each: (item: T) => void): Writer
  /** The end of a flexible structure, without tagged fields. */
  tags(): Writer
  /** What has been written, in pieces: large `bytes` are views of what was given, not copies. */
  parts(): readonly Buffer[]
  /** What has been written, in one piece. */
  done(): Buffer
}

/** From this size on `bytes` are not copied. */
const LARGE_BYTES = 4096

export function writer(capacity = 512): Writer {
  let bytes = Buffer.allocUnsafe(capacity)
  const done: Buffer[] = []
  /** The piece that is being written. */
  let begin = 0
  let end = 0
  /** Makes room for `size` bytes and gives where they start. */
  function reserve(size: number): number {
    const start = end
    end += size
    if (end <= bytes.length) return start
    const grown = Buffer.allocUnsafe(Math.max(end - begin, bytes.length * 2))
    bytes.copy(grown, 0, begin, start)
    bytes = grown
    end -= begin
    begin = 0
    return end - size
  }
  function uvarint(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) put(1, (start) => bytes.writeUInt8((rest & 0x7f) | 0x80, start))
    put(1, (start) => bytes.writeUInt8(rest, start))
  }
  function text(value: string, size: number): void {
    const start = reserve(size)
    bytes.write(value, start, size, 'utf8')
  }
  function put(size: number, write: (start: number) => void): Writer {
    write(reserve(size))
    return self
  }
  const self: Writer = {
    int8: (value) => put(1, (start) => bytes.writeInt8(value, start)),
    int16: (value) => put(2, (start) => bytes.writeInt16BE(value, start)),
    int32: (value) => put(4, (start) => bytes.writeInt32BE(value, start)),
    int64: (value) => put(8, (start) => writeInt64(bytes, value, start)),
    string(value) {
      const size = value === null ? -1 : Buffer.byteLength(value)
      self.int16(size)
      if (value !== null) text(value, size)
      return self
    },
    compactString(value) {
      const size = value === null ? -1 : Buffer.byteLength(value)
      uvarint(size + 1)
      if (value !== null) text(value, size)
      return self
    },
    bytes(value) {
      self.int32(value.length)
      if (value.length < LARGE_BYTES) return put(value.length, (start) => bytes.set(value, start))
      done.push(bytes.subarray(begin, end), value)
      begin = end
      return self
    },
    array(items, each) {
      self.int32(items === null ? -1 : items.length)
      for (const item of items ?? []) each(item)
      return self
    },
    compactArray(items, each) {
      uvarint(items.length + 1)
      for (const item of items) each(item)
      return self
    },
    tags: () => put(1, (start) => bytes.writeInt8(0, start)),
    parts: () => (begin === end && done.length > 0 ? done : [...done, bytes.subarray(begin, end)]),
    done() {
      const parts = self.parts()
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    },
  }
  return self
}

export interface Reader {
  int8(): number
  int16(): number
  int32(): number
  int64(): number
  string(): string | null
  compactString(): string | null
  /** A view; null and empty are both empty. */
  bytes(): Buffer
  array<T>(each: () => T): T[]
  compactArray<T>(each: () => T): T[]
  /** Skips the tagged fields at the end of a flexible structure. */
  tags(): void
}

/** @throws TerminalError LOG_CORRUPT, from any of its functions, where the bytes end too early */
export function reader(bytes: Buffer): Reader {
  let at = 0
  function take(size: number): number {
    const start = at
    at += size
    if (at > bytes.length) throw new TerminalError('LOG_CORRUPT', 'a response of Kafka ends before its last field')
    return start
  }
  function uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[take(1)]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte <= 0x7f) return value
    }
    throw new TerminalError('LOG_CORRUPT', 'a response of Kafka has a number of more than five bytes')
  }
  function text(size: number): string | null {
    if (size < 0) return null
    const start = take(size)
    return bytes.toString('utf8', start, at)
  }
  function items<T>(count: number, each: () => T): T[] {
    const read: T[] = []
    for (let index = 0; index < count; index++) read.push(each())
    return read
  }
  const self: Reader = {
    int8: () => bytes.readInt8(take(1)),
    int16: () => bytes.readInt16BE(take(2)),
    int32: () => bytes.readInt32BE(take(4)),
    int64: () => readInt64(bytes, take(8)),
    string: () => text(self.int16()),
    compactString: () => text(uvarint() - 1),
    bytes() {
      const start = take(Math.max(0, self.int32()))
      return bytes.subarray(start, at)
    },
    array: (each) => items(self.int32(), each),
    compactArray: (each) => items(uvarint() - 1, each),
    tags() {
      for (let left = uvarint(); left > 0; left--) {
        uvarint()
        take(uvarint())
      }
    },
  }
  return self
}

/** One request in one version, and how its response is read. */
export interface Request<T> {
  readonly apiKey: number
  readonly apiName: string
  readonly apiVersion: number
  /** Flexible versions have tagged fields in both headers. */
  readonly flexible: boolean
  encode(to: Writer): void
  /** Bytes to begin with, where the default of `writer` would have to grow often. */
  readonly capacity?: number
  decode(response: Reader): T
}
