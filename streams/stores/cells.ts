import { TerminalError } from '../errors'
import type { ValueFormat } from './value-format'

/** A value that is decoded when it is first read and encoded when it is first written. One of the two is always there. */
export interface Cell<V> {
  value: V | undefined
  bytes: Buffer | undefined
}

export interface Cells<V> {
  of(value: V): Cell<V>
  stored(bytes: Buffer): Cell<V>
  value(cell: Cell<V>): V
  bytes(cell: Cell<V>): Buffer
}

export function cells<V>(store: string, format: ValueFormat<V>): Cells<V> {
  return {
    of: (value) => ({ value, bytes: undefined }),
    stored: (bytes) => ({ value: undefined, bytes }),
    value(cell) {
      if (cell.value === undefined) cell.value = format.decode(cell.bytes!)
      return cell.value
    },
    bytes(cell) {
      if (cell.bytes !== undefined) return cell.bytes
      const written = format.serialize(cell.value!)
      if (written === null) {
        throw new TerminalError(
          'SERIALIZATION_FAILED',
          `Store '${store}' cannot keep a value that its serde writes as null.`,
          {
            details: { store },
          },
        )
      }
      cell.bytes = format.restored(written, format.timestampOf(cell.value!, 0))
      return cell.bytes
    },
  }
}
