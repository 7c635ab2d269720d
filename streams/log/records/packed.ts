import type { LogRecord, Records } from '../port'
import { checkRecord, readRecord } from './decode-record'
import type { BatchHeader } from './header'
import type { Cursor } from './numbers'

/** The records of one batch: its bytes, unpacked, and where in them each record begins. */
export interface Run {
  readonly batch: BatchHeader
  readonly bytes: Buffer
  readonly starts: Int32Array
}

/**
 * Looks through the records of a batch, of which those from `fromOffset` on count.
 * @param bytes of its records, unpacked
 * @throws MillraceError BATCH_CORRUPT
 */
export function runOf(bytes: Buffer, batch: BatchHeader, fromOffset = 0): Run {
  const starts = new Int32Array(batch.count)
  const cursor: Cursor = { bytes, at: 0 }
  let length = 0
  for (let index = 0; index < batch.count; index++) {
    const start = cursor.at
    if (checkRecord(cursor, batch) >= fromOffset) starts[length++] = start
  }
  return { batch, bytes, starts: starts.subarray(0, length) }
}

/**
 * The records of some batches, looked through and made when they are asked for: what was read ahead is bytes and a number for
 * each record, and the objects of a record live no longer than it takes to process it.
 */
export class PackedRecords implements Records {
  readonly length: number
  readonly #runs: readonly Run[]
  /** The run asked last, and how many records are before it: most ask for one after the other. */
  #current = 0
  #before = 0

  constructor(runs: readonly Run[]) {
    this.#runs = runs
    this.length = runs.reduce((sum, { starts }) => sum + starts.length, 0)
  }

  /** One after the other, as one. */
  static join(parts: readonly PackedRecords[]): PackedRecords {
    return parts.length === 1 ? parts[0]! : new PackedRecords(parts.flatMap((part) => part.#runs))
  }

  at(index: number): LogRecord | undefined {
    if (index < 0 && index >= -this.length) return this.at(this.length + index)
    if (!(index >= 0 && index < this.length)) return undefined
    let run = this.#runs[this.#current]!
    while (index >= this.#before + run.starts.length) {
      this.#before += run.starts.length
      this.#current += 1
      run = this.#runs[this.#current]!
    }
    while (index < this.#before) {
      this.#current -= 1
      run = this.#runs[this.#current]!
      this.#before -= run.starts.length
    }
    return readRecord({ bytes: run.bytes, at: run.starts[index - this.#before]! }, run.batch)
  }

  map<T>(of: (record: LogRecord) => T): T[] {
    return Array.from(this, of)
  }

  filter(is: (record: LogRecord) => boolean): LogRecord[] {
    return [...this].filter(is)
  }

  *[Symbol.iterator](): Generator<LogRecord, void, undefined> {
    for (const { batch, bytes, starts } of this.#runs) {
      const cursor: Cursor = { bytes, at: 0 }
      for (const start of starts) {
        cursor.at = start
        yield readRecord(cursor, batch)
      }
    }
  }
}
