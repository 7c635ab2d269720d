import type { BufferPlace } from '../../serdes/buffered'
import type { HeldRecord } from '../../serdes/held-records'
import type { KeyValueStoreDeclaration } from '../../stores/declaration'
import type { ErasedJoiner } from './table'

export interface StreamTableJoinSpecs {
  /** Its parent is the stream; it looks up the table. */
  'stream-table-join': {
    readonly joiner: ErasedJoiner
    /** A record without a row is joined with null. */
    readonly left: boolean
    /** The table keeps versions: a record is joined with the row as of its own timestamp. */
    readonly versioned: boolean
  }
  /** Records wait until the stream has passed them by so much, for rows that come late (KIP-923); the join is its child. */
  'hold-for-grace': {
    /** ms */
    readonly graceMs: number
    readonly waiting: KeyValueStoreDeclaration<BufferPlace<unknown>, readonly HeldRecord<unknown>[]>
  }
}
