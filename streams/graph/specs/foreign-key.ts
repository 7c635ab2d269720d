import type { Serde } from '../../serdes/serde'
import type { Subscription, SubscriptionKey } from '../../serdes/subscriptions'
import type { KeyValueStoreDeclaration } from '../../stores/declaration'
import type { ErasedJoiner } from './table'

/** How a left value becomes the hash by which a stale answer is known: it is that of the bytes the serde writes. */
export interface ValueHash {
  readonly value: Serde<unknown>
  /** For the subject of a schema; there is no such topic. */
  readonly topic: string
}

/**
 * A join of tables by a foreign key is three steps (KIP-213): each change of a left row subscribes to the row its foreign
 * key names, in the task of that row; that task answers, and again whenever its row changes; the answer is joined in the
 * task of the left row.
 */
export interface ForeignKeySpecs {
  /** In the task of the left row. Its parent is the left table. */
  'foreign-key-subscribe': {
    readonly foreignKey: (value: unknown, key: unknown) => unknown
    readonly foreignKeySerde: ValueHash
    readonly hash: ValueHash
    /** A left row without a right one has a result. */
    readonly left: boolean
    readonly versioned: boolean
  }
  /** In the task of the right row. Parent 0 brings the subscriptions, parent 1 is the right table. */
  'foreign-key-answer': {
    readonly subscriptions: KeyValueStoreDeclaration<SubscriptionKey<unknown, unknown>, Subscription<unknown>>
    readonly versioned: boolean
  }
  /** In the task of the left row again. Its parent brings the answers; it looks up the left table. */
  'foreign-key-resolve': { readonly joiner: ErasedJoiner; readonly hash: ValueHash; readonly left: boolean }
}
