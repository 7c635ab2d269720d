/** From a schema to functions that write. */
import {
  type AvroType,
  branchName,
  type RecordField,
  type RecordType,
  type UnionType,
} from '../../../registry/avro/schema'
import { defaultBytes } from '../resolve/default-bytes'
import { branchPicker } from './branches'
import { unwritable } from './failures'
import { misfit } from './misfit'
import type { CodecOptions, DecodeLimits } from './port'
import { recordWriter } from './record-functions'
import type { Sink, Write } from './sink'
import { type Trace, tracedWrite, type WritePart } from './trace'
import { writeFixed, writeInt, writeString } from './write'
import { valueWriter } from './write-value'

export interface Writing {
  readonly options: CodecOptions
  readonly limits: DecodeLimits
  /** Where a second, slower writing notes the path to what went wrong. */
  readonly trace: Trace | undefined
  readonly records: Map<RecordType, Write>
}

export function writerOf(type: AvroType, writing: Writing): Write {
  switch (type.kind) {
    case 'array':
      return arrayWriter(tracedWrite(writerOf(type.items, writing), writing.trace), writing.limits)
    case 'map':
      return mapWriter(tracedWrite(writerOf(type.values, writing), writing.trace), writing.limits)
    case 'union':
      return unionWriter(type, writing)
    case 'record':
      return writing.records.get(type) ?? wholeRecord(type, writing)
    default:
      return valueWriter(type, writing.options)
  }
}

function arrayWriter(item: WritePart, limits: DecodeLimits): Write {
  return (value, sink) => {
    if (!Array.isArray(value)) misfit('array', value)
    const { length } = value as readonly unknown[]
    takeItems(sink, length, limits)
    if (length > 0) writeInt(sink, length)
    for (let index = 0; index < length; index++) item((value as readonly unknown[])[index], sink, index)
    writeInt(sink, 0)
  }
}

function mapWriter(entry: WritePart, limits: DecodeLimits): Write {
  return (value, sink) => {
    if (Object.prototype.toString.call(value) !== '[object Object]') misfit('map', value)
    const keys = Object.keys(value as object)
    takeItems(sink, keys.length, limits)
    if (keys.length > 0) writeInt(sink, keys.length)
    for (const key of keys) {
      writeString(sink, key)
      entry((value as Readonly<Record<string, unknown>>)[key], sink, key)
    }
    writeInt(sink, 0)
  }
}

/** What we would refuse to read we must not write. */
function takeItems(sink: Sink, count: number, { maxItems }: DecodeLimits): void {
  if (count > sink.items) unwritable(`more than ${maxItems} items of arrays and maps (maxItems)`)
  sink.items -= count
}

function unionWriter(type: UnionType, writing: Writing): Write {
  const names = type.branches.map(branchName)
  const refuse = (value: unknown) => misfit(`one of ${names.join(', ')}`, value)
  const branches = type.branches.map((branch) => writerOf(branch, writing))
  if (writing.options.unions === 'wrapped') return wrappedWriter(names, branches, refuse)
  const pick = branchPicker(type, writing.options)
  return (value, sink) => {
    const index = pick(value)
    if (index < 0) refuse(value)
    writeInt(sink, index)
    branches[index]!(value, sink)
  }
}

function wrappedWriter(names: readonly string[], branches: readonly Write[], refuse: (value: unknown) => never): Write {
  return (value, sink) => {
    const name = value === null ? 'null' : onlyKey(value)
    const index = name === undefined ? -1 : names.indexOf(name)
    if (index < 0) refuse(value)
    writeInt(sink, index)
    branches[index]!(value === null ? null : (value as Readonly<Record<string, unknown>>)[name!], sink)
  }
}

/** Null itself is not wrapped. */
function onlyKey(value: unknown): string | undefined {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  return keys.length === 1 && keys[0] !== 'null' ? keys[0] : undefined
}

/** Those who ask for it from within get what counts the depth, since recursion has to end. */
function wholeRecord(type: RecordType, writing: Writing): Write {
  const { maxDepth } = writing.limits
  let write: Write = () => unwritable('the record is not ready')
  writing.records.set(type, (value, sink) => {
    if (sink.depth <= 0) unwritable(`records stand more than ${maxDepth} deep in each other (maxDepth)`)
    sink.depth -= 1
    write(value, sink)
    sink.depth += 1
  })
  const fields = type.fields.map((field) => {
    const own = withDefault(field, writerOf(field.type, writing))
    return { name: field.name, write: tracedWrite(own, writing.trace, field.name) }
  })
  write = recordWriter(fields, (value) => misfit(type.name, value))
  writing.records.set(type, write)
  return write
}

/** A field that is left out is written as its default. */
function withDefault(field: RecordField, write: Write): Write {
  const fallback = field.default
  if (!fallback) return write
  let bytes: Buffer | undefined
  return (value, sink) => {
    if (value !== undefined) {
      write(value, sink)
      return
    }
    bytes ??= defaultBytes(field.type, fallback.exact)
    writeFixed(sink, bytes)
  }
}
