/** Defaults in the binary of their type, which is what a writer that had the field would have written. */
import { checkDefault } from '../../../registry/avro/defaults'
import { invalid } from '../../../registry/avro/invalid'
import { isJsonArray, isJsonNumber, isJsonObject, type Json } from '../../../registry/avro/json'
import type { AvroType, FixedType, RecordType, UnionType } from '../../../registry/avro/schema'
import { newSink, type Sink, take } from '../codec/sink'
import {
  writeBigint,
  writeBoolean,
  writeDouble,
  writeFixed,
  writeFloat,
  writeInt,
  writeSized,
  writeString,
} from '../codec/write'

/** @throws TerminalError SCHEMA_INVALID when it is no value of the type, which parsing does not notice for enums */
export function defaultBytes(type: AvroType, json: Json): Buffer {
  const sink = newSink(64)
  write(type, json, sink)
  return take(sink)
}

function write(type: AvroType, json: Json, sink: Sink): void {
  switch (type.kind) {
    case 'null':
      return
    case 'boolean':
      writeBoolean(sink, json === true)
      return
    case 'int':
    case 'long':
      writeBigint(sink, BigInt(digitsOf(json)))
      return
    case 'float':
      writeFloat(sink, Number(digitsOf(json)))
      return
    case 'double':
      writeDouble(sink, Number(digitsOf(json)))
      return
    case 'string':
      writeString(sink, String(json))
      return
    case 'bytes':
      writeSized(sink, latin1(String(json)))
      return
    case 'fixed':
      writeFixed(sink, resized(type, latin1(String(json))))
      return
    case 'enum':
      writeInt(sink, indexOf(type.symbols, json, type.name))
      return
    case 'union':
      writeBranch(type, json, sink)
      return
    case 'record':
      writeFields(type, json, sink)
      return
    default:
      writeItems(type.kind === 'array' ? type.items : type.values, json, sink)
  }
}

function digitsOf(json: Json): string {
  return isJsonNumber(json) ? json.digits : '0'
}

/** Each character is a byte; Java puts a question mark for those that are none. */
function latin1(text: string): Buffer {
  const bytes = Array.from(text, (character) => character.codePointAt(0)!).map((code) => (code > 0xff ? 0x3f : code))
  return Buffer.from(bytes)
}

/** Parsing does not look at the length: what lacks is zero, what is too much is left out. */
function resized({ size }: FixedType, bytes: Buffer): Buffer {
  const exact = Buffer.alloc(size)
  bytes.copy(exact)
  return exact
}

function indexOf(symbols: readonly string[], symbol: Json, name: string): number {
  const index = symbols.indexOf(symbol as string)
  return index < 0 ? invalid(`the default ${JSON.stringify(symbol)} is no symbol of the enum ${name}`) : index
}

/** The first branch that takes it. */
function writeBranch({ branches }: UnionType, json: Json, sink: Sink): void {
  const index = branches.findIndex((branch) => checkDefault(branch, json))
  if (index < 0) invalid('no branch of the union takes the default')
  writeInt(sink, index)
  write(branches[index]!, json, sink)
}

/** What the default of a record leaves out has a default of its own. */
function writeFields(type: RecordType, json: Json, sink: Sink): void {
  for (const field of type.fields) {
    const given = isJsonObject(json) ? json.get(field.name) : undefined
    const value = given === undefined ? field.default?.exact : given
    if (value === undefined) invalid(`the default of ${type.name} lacks ${field.name}`)
    else write(field.type, value, sink)
  }
}

function writeItems(type: AvroType, json: Json, sink: Sink): void {
  const items = isJsonObject(json) ? [...json] : isJsonArray(json) ? json.map((item) => [undefined, item] as const) : []
  if (items.length > 0) writeInt(sink, items.length)
  for (const [key, value] of items) {
    if (key !== undefined) writeString(sink, key)
    write(type, value, sink)
  }
  writeInt(sink, 0)
}
