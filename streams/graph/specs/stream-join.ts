import type { JoinTimes, Waiting, WaitingKey } from '../../serdes/waiting'
import type { KeyValueStoreDeclaration, WindowStoreDeclaration } from '../../stores/declaration'

/** What a side that may go without a partner needs (left and outer joins). */
export interface WithoutPartner {
  readonly left: boolean
  readonly right: boolean
  /** The records that have no partner yet, in the order in which they fall due, and the join's times. */
  readonly waiting: KeyValueStoreDeclaration<WaitingKey<unknown>, Waiting | JoinTimes>
  /** Results are looked for at most this often on the wall clock, in ms; 0: whenever one is due. */
  readonly emitEveryMs: number
}

/** Parent 0 is the left stream, parent 1 the right one. */
export interface StreamJoinSpec {
  readonly joiner: (left: unknown, right: unknown, key: unknown) => unknown
  /** The right record is at most this much earlier than the left one (ms). */
  readonly beforeMs: number
  /** The right record is at most this much later than the left one (ms). */
  readonly afterMs: number
  readonly graceMs: number
  readonly left: WindowStoreDeclaration<unknown, unknown>
  readonly right: WindowStoreDeclaration<unknown, unknown>
  readonly withoutPartner?: WithoutPartner
}

export interface StreamJoinSpecs {
  'stream-join': StreamJoinSpec
}
