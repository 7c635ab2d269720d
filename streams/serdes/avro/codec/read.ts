/** From the actions of a resolution to functions that read. */
import { branchName, type UnionType } from '../../../registry/avro/schema'
import type { Action, FieldAction, FieldDefaultAction, RecordAction } from '../resolve/actions'
import { resolve } from '../resolve/resolve'
import { cursorOf, deeper, endBlock, nextBlock, type Read, readInt, readString } from './cursor'
import { malformed, unreadable } from './failures'
import type { CodecOptions } from './port'
import { valueReader } from './read-value'
import { type RecordStep, recordReader } from './record-functions'
import { type Skips, skipper } from './skip'
import { type ReadPart, type Trace, tracedRead } from './trace'

export interface Reading {
  readonly options: CodecOptions
  /** Where a second, slower reading notes the path to what went wrong. */
  readonly trace: Trace | undefined
  readonly records: Map<RecordAction, Read>
  readonly skips: Skips
}

export function newReading(options: CodecOptions, trace?: Trace): Reading {
  return { options, trace, records: new Map(), skips: new Map() }
}

export function readerOf(action: Action, reading: Reading): Read {
  switch (action.does) {
    case 'read':
      return valueReader(action.writer, action.reader, reading.options)
    case 'fail':
      return () => unreadable(action.message)
    case 'enum':
      return enumReader(action.writer.name, action.writer.symbols, action.symbols)
    case 'array':
      return arrayReader(tracedRead(readerOf(action.items, reading), reading.trace))
    case 'map':
      return mapReader(tracedRead(readerOf(action.values, reading), reading.trace))
    case 'writer-union':
      return unionReader(action.branches.map((branch) => readerOf(branch, reading)))
    case 'branch':
      return branchReader(action.union, action.index, readerOf(action.action, reading), reading.options)
    case 'record':
      return reading.records.get(action) ?? wholeRecord(action, reading)
  }
}

function enumReader(name: string, written: readonly string[], symbols: readonly (string | undefined)[]): Read {
  return (cursor) => {
    const index = readInt(cursor)
    const symbol = symbols[index]
    if (symbol !== undefined) return symbol
    if (index < 0 || index >= written.length) malformed(`there is no symbol of ${name} with the index ${index}`)
    return unreadable(`the reader's enum lacks ${written[index]} and has no default`)
  }
}

function arrayReader(item: ReadPart): Read {
  return (cursor) => {
    const items: unknown[] = []
    for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
      const { blockEnd } = cursor
      for (; count > 0; count--) items.push(item(cursor, items.length))
      endBlock(cursor, blockEnd)
    }
    return items
  }
}

function mapReader(value: ReadPart): Read {
  return (cursor) => {
    const map: Record<string, unknown> = {}
    for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
      const { blockEnd } = cursor
      for (; count > 0; count--) {
        const key = readString(cursor)
        setOwn(map, key, value(cursor, key))
      }
      endBlock(cursor, blockEnd)
    }
    return map
  }
}

/** An assignment to `__proto__` would set the prototype and not a member. */
function setOwn(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') map[key] = value
  else Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
}

function unionReader(branches: readonly Read[]): Read {
  return (cursor) => {
    const index = readInt(cursor)
    const read = branches[index] ?? malformed(`there is no branch of a union with the index ${index}`)
    return read(cursor)
  }
}

function branchReader({ branches }: UnionType, index: number, read: Read, { unions }: CodecOptions): Read {
  const name = branchName(branches[index]!)
  return unions === 'wrapped' && name !== 'null' ? (cursor) => ({ [name]: read(cursor) }) : read
}

/** Those who ask for it from within get what goes through `deeper`, since recursion has to end. */
function wholeRecord(action: RecordAction, reading: Reading): Read {
  let read: Read = () => unreadable(action.failure ?? 'the record is not ready')
  reading.records.set(action, (cursor) => deeper(cursor, read))
  if (action.failure === undefined) read = recordOf(action, reading)
  reading.records.set(action, read)
  return read
}

function recordOf(action: RecordAction, reading: Reading): Read {
  const steps = action.fields.map((field) => stepOf(field, reading))
  const defaults = action.defaults.map((missing) => ({
    name: missing.field.name,
    read: defaultReader(missing, reading.options),
  }))
  return recordReader({ steps, defaults, names: action.reader.fields.map(({ name }) => name) })
}

function stepOf(field: FieldAction, reading: Reading): RecordStep {
  if ('skipped' in field) {
    const { name, type } = field.skipped
    return { read: tracedRead(skipper(type, reading.skips), reading.trace, name) }
  }
  const { name } = field.field
  return { name, read: tracedRead(readerOf(field.action, reading), reading.trace, name) }
}

const ours = { maxItems: Number.POSITIVE_INFINITY, maxDepth: Number.POSITIVE_INFINITY, maxBytes: 0 }

/** A new value each time, but for those that nobody can change. */
function defaultReader({ field, bytes }: FieldDefaultAction, options: CodecOptions): Read {
  let read: Read | undefined
  let constant: { readonly value: unknown } | undefined
  return () => {
    if (constant) return constant.value
    read ??= readerOf(resolve(field.type, field.type), newReading(options))
    const value = read(cursorOf(bytes, 0, ours))
    if (typeof value !== 'object' || value === null) constant = { value }
    return value
  }
}
