import type { KeyValueStoreDeclaration } from '../../stores/declaration'
import type { ErasedJoiner } from './table'

export interface StreamTableJoinSpec {
  readonly joiner: ErasedJoiner
  /** A record without a row is joined with null. */
  readonly left: boolean
  /** The table keeps versions: a record is joined with the row as of its own timestamp. */
  readonly versioned: boolean
  /** Records wait until stream time has passed them by so much (ms), for rows that come late (KIP-923). */
  readonly grace?: { readonly ms: number; readonly waiting: KeyValueStoreDeclaration<unknown, unknown> }
}

export interface StreamTableJoinSpecs {
  'stream-table-join': StreamTableJoinSpec
}
