import type { AvroType } from '../../../registry/avro/schema'
import { resolve } from '../resolve/resolve'
import { cursorOf, type Read } from './cursor'
import { atPath, malformed, tooLarge, unwritable } from './failures'
import { defaultLimits } from './limits'
import type { AvroCodec, AvroDecode, CodecOptions, DecodeLimits } from './port'
import { newReading, readerOf } from './read'
import { newSink, type Sink, take, type Write } from './sink'
import { pathOf, type Trace } from './trace'
import { writerOf } from './write-type'

/**
 * The codec of a schema: values as JavaScript has them (see `CodecOptions`), bytes and resolution as Avro's Java library
 * 1.12 has them.
 * @throws TerminalError SCHEMA_INVALID where the values of a union's branches could not be told apart
 */
export function avroCodec<T>(type: AvroType, options: CodecOptions = {}): AvroCodec<T> {
  const limits = { ...defaultLimits, ...options.limits }
  const writing = { options, limits }
  const write = writerOf(type, { ...writing, trace: undefined, records: new Map() })
  let slow: TracedWrite | undefined
  const explain = (value: unknown, error: unknown) => {
    slow ??= tracedWriter((trace) => writerOf(type, { ...writing, trace, records: new Map() }), limits)
    return slow(value, error)
  }
  const encode = (value: T, into: Sink) => {
    const begin = into.pos - into.start
    into.items = limits.maxItems
    into.depth = limits.maxDepth - 1
    try {
      write(value, into)
      checkSize(into.pos - into.start - begin, limits)
    } catch (error) {
      into.pos = into.start + begin
      throw explain(value, error)
    }
  }
  const sink = newSink()
  return Object.freeze({
    type,
    encode,
    toBytes: (value: T) => {
      encode(value, sink)
      return take(sink)
    },
    decoder: (writer: AvroType = type) => decoderOf(writer, type, { options, limits }) as AvroDecode<T>,
  })
}

/** What we would refuse to read we must not write. */
function checkSize(size: number, { maxBytes }: DecodeLimits): void {
  if (size > maxBytes) unwritable(`${size} bytes are more than ${maxBytes} (maxBytes)`)
}

type TracedWrite = (value: unknown, error: unknown) => Error

/** Writes once more what could not be written, to find where it fails: that costs nothing while all goes well. */
function tracedWriter(make: (trace: Trace) => Write, limits: DecodeLimits): TracedWrite {
  const trace: Trace = []
  const write = make(trace)
  return (value, error) => {
    const sink = Object.assign(newSink(), { items: limits.maxItems, depth: limits.maxDepth - 1 })
    trace.length = 0
    try {
      write(value, sink)
    } catch (again) {
      return atPath(again, pathOf(trace), 'SERIALIZATION_FAILED')
    }
    return atPath(error, '', 'SERIALIZATION_FAILED')
  }
}

interface Decoding {
  readonly options: CodecOptions
  readonly limits: DecodeLimits
}

function decoderOf(writer: AvroType, reader: AvroType, { options, limits }: Decoding): AvroDecode<unknown> {
  const action = resolve(writer, reader)
  const fast = wholeReader(readerOf(action, newReading(options)), limits)
  const trace: Trace = []
  let slow: AvroDecode<unknown> | undefined
  return (bytes, start = 0) => {
    try {
      return fast(bytes, start)
    } catch (error) {
      slow ??= wholeReader(readerOf(action, newReading(options, trace)), limits)
      throw explained(error, trace, () => slow?.(bytes, start))
    }
  }
}

/** Reads once more what could not be read, to find where it fails. */
function explained(error: unknown, trace: Trace, again: () => void): Error {
  trace.length = 0
  try {
    again()
  } catch (found) {
    return atPath(found, pathOf(trace), 'DESERIALIZATION_FAILED')
  }
  return atPath(error, '', 'DESERIALIZATION_FAILED')
}

function wholeReader(read: Read, limits: DecodeLimits): AvroDecode<unknown> {
  return (bytes, start = 0) => {
    const size = bytes.length - start
    if (size > limits.maxBytes) tooLarge(`${size} bytes are more than ${limits.maxBytes} (maxBytes)`)
    const cursor = cursorOf(bytes, start, limits)
    const value = read(cursor)
    if (cursor.pos < cursor.end) malformed(`${cursor.end - cursor.pos} trailing bytes after the value`)
    return value
  }
}
