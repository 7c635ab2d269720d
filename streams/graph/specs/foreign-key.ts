import type { Serde } from '../../serdes/serde'
import type { Subscription, SubscriptionPlace } from '../../serdes/subscriptions'
import type { KeyValueStoreDeclaration } from '../../stores/declaration'
import type { ErasedJoiner } from './table'

/**
 * The join of two tables by a key in the rows of the left one (KIP-213). The left table sends each row's wish under the
 * foreign key to where that key lives (`subscribe`); there wishes are kept and answered, also when the right row changes
 * (`subscriptions`); an answer goes back to the left row and is taken if the row is still the one that asked (`response`).
 */
export interface ForeignKeySpecs {
  'foreign-key-subscribe': {
    readonly foreignKey: (value: unknown, key: unknown) => unknown
    /** Rows without a foreign key, or whose key has no row, are joined with null. */
    readonly left: boolean
    /** The left table keeps versions, and changes of the past make no result (KIP-914). */
    readonly versioned: boolean
    readonly hashed: Hashed
  }
  /** Parent 0: what subscribes. Parent 1: the right table. */
  'foreign-key-subscriptions': {
    readonly store: KeyValueStoreDeclaration<SubscriptionPlace<unknown, unknown>, Subscription>
    readonly versioned: boolean
  }
  /** Looks up the left table. */
  'foreign-key-response': {
    readonly joiner: ErasedJoiner
    readonly left: boolean
    readonly hashed: Hashed
  }
}

/** How the bytes of a left row come about, of which the hash is taken. */
export interface Hashed {
  readonly value: Serde<unknown>
  /** In place of a topic: the serde is opened under `<app-id>-<subject>`. */
  readonly subject: string
}
