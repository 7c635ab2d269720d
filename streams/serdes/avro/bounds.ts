/**
 * The walk over foreign bytes before avsc decodes them: everything a writer's schema promises is checked, and nothing is
 * allocated. avsc itself notices a truncated buffer only at the end, and takes any count of items at its word.
 */
import type { AvroType, RecordType } from '../../registry/avro/schema'

export interface DecodeLimits {
  /** Items of arrays and maps in one record, all together. */
  readonly maxItems: number
  /** How deep recursive records may stand in each other. */
  readonly maxDepth: number
}

export const defaultLimits: DecodeLimits = { maxItems: 100_000, maxDepth: 200 }

/** @throws RangeError saying what is wrong with the bytes, and where; returns the position after the value */
export type Walk = (buffer: Buffer, start: number) => number

interface Cursor {
  readonly buffer: Buffer
  readonly end: number
  pos: number
  items: number
  depth: number
}

type Step = (cursor: Cursor) => void

/** Compiles the walk for a writer's schema. */
export function boundedWalk(type: AvroType, limits: DecodeLimits = defaultLimits): Walk {
  const step = stepOf(type, { limits, records: new Map(), recursive: recursiveRecords(type) })
  return (buffer, start) => {
    const cursor = { buffer, end: buffer.length, pos: start, items: 0, depth: 0 }
    step(cursor)
    return cursor.pos
  }
}

interface Context {
  readonly limits: DecodeLimits
  readonly records: Map<RecordType, Step>
  readonly recursive: ReadonlySet<RecordType>
}

function stepOf(type: AvroType, context: Context): Step {
  switch (type.kind) {
    case 'null':
      return () => undefined
    case 'boolean':
      return skipBoolean
    case 'int':
      return skipInt
    case 'long':
      return skipLong
    case 'float':
      return skipBytes(4)
    case 'double':
      return skipBytes(8)
    case 'fixed':
      return skipBytes(type.size)
    case 'bytes':
    case 'string':
      return skipSized
    case 'enum':
      return skipIndex(type.symbols.length, `symbol of ${type.name}`)
    case 'union':
      return unionStep(type.branches.map((branch) => stepOf(branch, context)))
    case 'array':
      return blocksStep(stepOf(type.items, context), context.limits)
    case 'map':
      return blocksStep(entryStep(stepOf(type.values, context)), context.limits)
    case 'record':
      return recordStep(type, context)
  }
}

function recordStep(type: RecordType, context: Context): Step {
  const known = context.records.get(type)
  if (known) return known
  const steps: Step[] = []
  const walk: Step = (cursor) => {
    for (let index = 0; index < steps.length; index++) steps[index]!(cursor)
  }
  const step = context.recursive.has(type) ? limited(walk, context.limits.maxDepth) : walk
  context.records.set(type, step)
  for (const field of type.fields) steps.push(stepOf(field.type, context))
  return step
}

function limited(walk: Step, maxDepth: number): Step {
  return (cursor) => {
    cursor.depth += 1
    if (cursor.depth > maxDepth) fail(cursor, `records stand more than ${maxDepth} deep in each other (maxDepth)`)
    walk(cursor)
    cursor.depth -= 1
  }
}

function unionStep(branches: readonly Step[]): Step {
  const index = skipIndex(branches.length, 'branch of a union')
  return (cursor) => branches[index(cursor)]!(cursor)
}

function entryStep(value: Step): Step {
  return (cursor) => {
    skipSized(cursor)
    value(cursor)
  }
}

function blocksStep(item: Step, { maxItems }: DecodeLimits): Step {
  return (cursor) => {
    for (let count = readLong(cursor); count !== 0; count = readLong(cursor)) {
      const size = count < 0 ? readLong(cursor) : undefined
      const start = cursor.pos
      const items = Math.abs(count)
      cursor.items += items
      if (cursor.items > maxItems) fail(cursor, `more than ${maxItems} items of arrays and maps (maxItems)`)
      for (let index = 0; index < items; index++) item(cursor)
      if (size !== undefined && cursor.pos - start !== size)
        fail(cursor, `a block of ${size} bytes has ${cursor.pos - start}`)
    }
  }
}

function skipBytes(size: number): Step {
  return (cursor) => {
    cursor.pos += size
    if (cursor.pos > cursor.end) truncated(cursor)
  }
}

function skipSized(cursor: Cursor): void {
  const size = readLong(cursor)
  if (size < 0) fail(cursor, `a length of ${size}`)
  cursor.pos += size
  if (cursor.pos > cursor.end) truncated(cursor)
}

function skipBoolean(cursor: Cursor): void {
  if (cursor.pos >= cursor.end) truncated(cursor)
  if (cursor.buffer[cursor.pos++]! > 1) fail(cursor, 'a boolean that is neither 0 nor 1')
}

function skipIndex(count: number, what: string): (cursor: Cursor) => number {
  return (cursor) => {
    const index = readLong(cursor)
    if (index < 0 || index >= count) fail(cursor, `there is no ${what} with the index ${index}`)
    return index
  }
}

function skipInt(cursor: Cursor): void {
  const start = cursor.pos
  skipLong(cursor)
  const length = cursor.pos - start
  if (length > 5 || (length === 5 && cursor.buffer[cursor.pos - 1]! > 0x0f)) fail(cursor, 'an int beyond 32 bits')
}

function skipLong(cursor: Cursor): void {
  const { buffer, pos } = cursor
  const last = Math.min(cursor.end, pos + 10)
  let next = pos
  while (next < last && buffer[next]! > 0x7f) next += 1
  if (next === last) {
    if (last === cursor.end) truncated(cursor)
    fail(cursor, 'a number of more than 64 bits')
  }
  cursor.pos = next + 1
}

/** Exact within 2^53, which no count, length or index that is let through exceeds. */
function readLong(cursor: Cursor): number {
  const { buffer, pos } = cursor
  const first = buffer[pos]!
  if (pos < cursor.end && first < 0x80) {
    cursor.pos = pos + 1
    return (first >>> 1) ^ -(first & 1)
  }
  skipLong(cursor)
  let value = 0
  for (let index = cursor.pos - 1; index >= pos; index--) value = value * 128 + (buffer[index]! & 0x7f)
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function truncated(cursor: Cursor): never {
  throw new RangeError(`truncated: the value goes on after its ${cursor.end} bytes`)
}

function fail(cursor: Cursor, what: string): never {
  throw new RangeError(`${what}, before byte ${cursor.pos}`)
}

/** Records that can stand, through whatever is between, in themselves. */
function recursiveRecords(root: AvroType): ReadonlySet<RecordType> {
  const recursive = new Set<RecordType>()
  const done = new Set<AvroType>()
  const path: AvroType[] = []
  const visit = (type: AvroType): void => {
    const start = path.indexOf(type)
    if (start >= 0) {
      for (const member of path.slice(start)) if (member.kind === 'record') recursive.add(member)
      return
    }
    if (done.has(type)) return
    path.push(type)
    for (const part of partsOf(type)) visit(part)
    path.pop()
    done.add(type)
  }
  visit(root)
  return recursive
}

function partsOf(type: AvroType): readonly AvroType[] {
  if (type.kind === 'array') return [type.items]
  if (type.kind === 'map') return [type.values]
  if (type.kind === 'union') return type.branches
  return type.kind === 'record' ? type.fields.map((field) => field.type) : []
}

/** Whether values may break the limits with few bytes: by items of no size, or by standing in each other. */
export function isCheapToExceed(root: AvroType): boolean {
  const seen = new Set<AvroType>()
  const check = (type: AvroType): boolean => {
    if (seen.has(type)) return false
    seen.add(type)
    return (type.kind === 'array' && isEmpty(type.items)) || partsOf(type).some(check)
  }
  return recursiveRecords(root).size > 0 || check(root)
}

/** Whether some value of the type has no bytes. Not asked of recursive types. */
function isEmpty(type: AvroType): boolean {
  if (type.kind === 'null') return true
  if (type.kind === 'fixed') return type.size === 0
  return type.kind === 'record' && type.fields.every((field) => isEmpty(field.type))
}
