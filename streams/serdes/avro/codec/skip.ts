/** Going over what the reader has no field for. It is checked as if it were read, and nothing is made of it. */
import type { AvroType, RecordType } from '../../../registry/avro/schema'
import {
  type Cursor,
  deeper,
  endBlock,
  nextBlock,
  type Read,
  readBoolean,
  readInt,
  readLength,
  readLong,
  skip,
} from './cursor'
import { malformed } from './failures'

export type Skips = Map<RecordType, Read>

export function skipper(type: AvroType, skips: Skips): Read {
  switch (type.kind) {
    case 'null':
      return () => undefined
    case 'boolean':
      return readBoolean
    case 'int':
      return readInt
    case 'long':
      return readLong
    case 'float':
      return (cursor) => skip(cursor, 4)
    case 'double':
      return (cursor) => skip(cursor, 8)
    case 'fixed':
      return (cursor) => skip(cursor, type.size)
    case 'string':
    case 'bytes':
      return skipSized
    case 'enum':
      return (cursor) => indexBelow(cursor, type.symbols.length, `symbol of ${type.name}`)
    case 'array':
      return blockSkipper(skipper(type.items, skips))
    case 'map':
      return blockSkipper(entrySkipper(skipper(type.values, skips)))
    case 'union':
      return unionSkipper(type.branches.map((branch) => skipper(branch, skips)))
    case 'record':
      return skips.get(type) ?? recordSkipper(type, skips)
  }
}

function skipSized(cursor: Cursor): void {
  skip(cursor, readLength(cursor))
}

function indexBelow(cursor: Cursor, count: number, what: string): number {
  const index = readInt(cursor)
  return index < 0 || index >= count ? malformed(`there is no ${what} with the index ${index}`) : index
}

function blockSkipper(item: Read): Read {
  return (cursor) => {
    for (let count = nextBlock(cursor); count > 0; count = nextBlock(cursor)) {
      const { blockEnd } = cursor
      for (; count > 0; count--) item(cursor)
      endBlock(cursor, blockEnd)
    }
  }
}

function entrySkipper(value: Read): Read {
  return (cursor) => {
    skipSized(cursor)
    value(cursor)
  }
}

function unionSkipper(branches: readonly Read[]): Read {
  return (cursor) => branches[indexBelow(cursor, branches.length, 'branch of a union')]!(cursor)
}

function recordSkipper(type: RecordType, skips: Skips): Read {
  const fields: Read[] = []
  const whole: Read = (cursor) => {
    for (const field of fields) field(cursor)
  }
  skips.set(type, (cursor) => deeper(cursor, whole))
  for (const field of type.fields) fields.push(skipper(field.type, skips))
  skips.set(type, whole)
  return whole
}
