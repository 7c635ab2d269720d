/** The path to what went wrong, noted from the inside out by functions around those that read or write. */
import type { Cursor, Read } from './cursor'
import type { Sink, Write } from './sink'

/** Steps of the path, the last first. */
export type Trace = string[]

/** Called with the index of the item or the key of the entry. */
export type ReadPart = (cursor: Cursor, key?: string | number) => unknown
export type WritePart = (value: unknown, sink: Sink, key?: string | number) => void

/** Where there is a trace, it learns the place: the field, or else the key that comes with the call. */
export function tracedRead(read: Read, trace: Trace | undefined, field?: string): ReadPart {
  if (!trace) return read
  return (cursor, key) => {
    try {
      return read(cursor)
    } catch (error) {
      trace.push(stepTo(field, key))
      throw error
    }
  }
}

/** The same for writing. */
export function tracedWrite(write: Write, trace: Trace | undefined, field?: string): WritePart {
  if (!trace) return write
  return (value, sink, key) => {
    try {
      write(value, sink)
    } catch (error) {
      trace.push(stepTo(field, key))
      throw error
    }
  }
}

function stepTo(field: string | undefined, key: string | number | undefined): string {
  if (field !== undefined) return `.${field}`
  return typeof key === 'number' ? `[${key}]` : `[${JSON.stringify(key)}]`
}

/** Such as `items[3].price`. */
export function pathOf(trace: Trace): string {
  return [...trace].reverse().join('').replace(/^\./, '')
}
