import { openArena, roomFor } from '../stores/arena'
import type { RestoreRecord, RestoreRecords } from '../stores/managed'

/**
 * The last record of each key, copied into memory of its own. A changelog of millions of records passes through here, so there
 * is no object per record, and none per key before it is asked for: keys are found by their bytes, and a value takes the
 * place of the one before where it fits.
 */
export interface LatestRecords {
  /** Bytes of memory in use. */
  readonly bytes: number
  /** Takes records in, in their order; those without a key are left out. */
  add(records: RestoreRecords): void
  /** One record per key, in no particular order, each made when it is asked for: views, which hold until `clear`. */
  records(): RestoreRecords
  clear(): void
}

const INITIAL_KEYS = 128

/** What is kept of each key, a number each: where its bytes are, and in which `add` it was last seen. */
const HASH = 0
const KEY_AT = 1
const KEY_LENGTH = 2
const VALUE_AT = 3
/** NULL for a deletion. */
const VALUE_LENGTH = 4
/** Bytes that the value may take where it is. */
const ROOM = 5
const SEEN_IN = 6
const FIELDS = 7

const NULL = -1
/** Fields, timestamp, and two places in the table. */
const BYTES_PER_KEY = FIELDS * 4 + 8 + 2 * 4

export function latestRecords(): LatestRecords {
  const arena = openArena()
  let fields = new Int32Array(INITIAL_KEYS * FIELDS)
  let timestamps = new Float64Array(INITIAL_KEYS)
  let count = 0
  /** Open addressing: the number of a key plus one, 0 where there is none; never more than half full. */
  let table = new Int32Array(INITIAL_KEYS * 2)
  let adds = 0

  /** The number of a key, which is added where it is not there yet. */
  function numberOf(key: Buffer): number {
    const hash = hashOf(key)
    const mask = table.length - 1
    let place = hash & mask
    for (let taken = table[place]!; taken !== 0; taken = table[place]!) {
      const at = (taken - 1) * FIELDS
      if (fields[at + HASH] === hash && isKey(at, key)) return taken - 1
      place = (place + 1) & mask
    }
    if (count === timestamps.length) {
      grow()
      return numberOf(key)
    }
    addKey(key, hash)
    table[place] = count
    return count - 1
  }
  function addKey(key: Buffer, hash: number): void {
    const at = count * FIELDS
    const { length } = key
    count += 1
    const start = arena.reserve(length)
    arena.memory.set(key, start)
    fields[at + HASH] = hash
    fields[at + KEY_AT] = start
    fields[at + KEY_LENGTH] = length
    fields[at + ROOM] = 0
    fields[at + SEEN_IN] = 0
  }
  function isKey(at: number, key: Buffer): boolean {
    const { length } = key
    if (fields[at + KEY_LENGTH] !== length) return false
    const start = fields[at + KEY_AT]!
    const { memory } = arena
    for (let index = 0; index < length; index++) if (memory[start + index] !== key[index]) return false
    return true
  }
  function grow(): void {
    fields = copied(fields, new Int32Array(fields.length * 2))
    timestamps = copied(timestamps, new Float64Array(timestamps.length * 2))
    table = new Int32Array(table.length * 2)
    const mask = table.length - 1
    for (let number = 1; number <= count; number++) {
      let place = fields[(number - 1) * FIELDS + HASH]! & mask
      while (table[place] !== 0) place = (place + 1) & mask
      table[place] = number
    }
  }

  function setValue(at: number, value: Buffer | null): void {
    const length = value === null ? NULL : value.length
    fields[at + VALUE_LENGTH] = length
    if (value === null || length === 0) return
    if (length > fields[at + ROOM]!) {
      const room = roomFor(length)
      fields[at + ROOM] = room
      fields[at + VALUE_AT] = arena.reserve(room)
    }
    arena.memory.set(value, fields[at + VALUE_AT]!)
  }

  function recordAt(number: number): RestoreRecord | undefined {
    if (!(number >= 0 && number < count)) return undefined
    const at = number * FIELDS
    const view = (start: number, length: number) => arena.memory.subarray(start, start + length)
    const length = fields[at + VALUE_LENGTH]!
    return {
      key: view(fields[at + KEY_AT]!, fields[at + KEY_LENGTH]!),
      value: length === NULL ? null : view(length === 0 ? 0 : fields[at + VALUE_AT]!, length),
      timestamp: timestamps[number]!,
    }
  }

  function* all(): Generator<RestoreRecord> {
    for (let number = 0; number < count; number++) yield recordAt(number)!
  }

  return {
    get bytes() {
      return arena.size + count * BYTES_PER_KEY
    },
    add(records) {
      adds += 1
      // From the end: of what is replaced within these records nothing is copied.
      for (let index = records.length - 1; index >= 0; index--) {
        const record = records.at(index)!
        const { key } = record
        if (key === null) continue
        const number = numberOf(key)
        const at = number * FIELDS
        if (fields[at + SEEN_IN] === adds) continue
        fields[at + SEEN_IN] = adds
        setValue(at, record.value)
        timestamps[number] = record.timestamp
      }
    },
    records: () => ({ length: count, at: recordAt, [Symbol.iterator]: all }),
    clear() {
      table.fill(0)
      arena.clear()
      count = 0
    },
  }
}

/** FNV-1a, with its upper bits let down to where the table looks. */
function hashOf(key: Buffer): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key[index]!, 0x01000193)
  return hash ^ (hash >>> 15)
}

function copied<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
