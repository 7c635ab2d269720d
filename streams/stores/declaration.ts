/**
 * A store is declared once, as a frozen value: kind, serdes, retention, back end. Processors name the declarations they
 * use and receive exactly those stores, typed. The changelog topic is `<app-id>-<name>-changelog`.
 */
import type { Serde } from '../serdes/serde'

interface StoreBase<K, V> {
  /** Durable: directories, changelog topics and queries use it. Written by hand, unique in a topology. */
  readonly name: string
  readonly key: Serde<K>
  readonly value: Serde<V>
  /** `persistent` is on level under the state directory, `memory` lives with the task. Both restore from the changelog. */
  readonly backend: 'persistent' | 'memory'
  /** False: no changelog topic, and what the store held is lost with its directory. */
  readonly changelog: boolean
  /** Configuration of the changelog topic, over the defaults of its kind (compact; compact,delete for windows). */
  readonly changelogConfig: Readonly<Record<string, string>>
  /** True: only the latest update of a key within a commit goes downstream (Kafka Streams' record cache). */
  readonly caching: boolean
}

export interface KeyValueStoreDeclaration<K, V> extends StoreBase<K, V> {
  readonly kind: 'key-value'
}
/** A key-value store that keeps each value's timestamp; tables and aggregations use it. */
export interface TimestampedKeyValueStoreDeclaration<K, V> extends StoreBase<K, V> {
  readonly kind: 'timestamped-key-value'
}
/** Every version of a key for `historyRetentionMs` (KIP-889). */
export interface VersionedStoreDeclaration<K, V> extends StoreBase<K, V> {
  readonly kind: 'versioned'
  readonly historyRetentionMs: number
}
export interface WindowStoreDeclaration<K, V> extends StoreBase<K, V> {
  readonly kind: 'window' | 'timestamped-window'
  readonly windowSizeMs: number
  readonly retentionMs: number
  /** Several values of one key and window start side by side (stream-stream joins). */
  readonly retainDuplicates: boolean
}
export interface SessionStoreDeclaration<K, V> extends StoreBase<K, V> {
  readonly kind: 'session'
  readonly retentionMs: number
}

export type StoreDeclaration<K, V> =
  | KeyValueStoreDeclaration<K, V>
  | TimestampedKeyValueStoreDeclaration<K, V>
  | VersionedStoreDeclaration<K, V>
  | WindowStoreDeclaration<K, V>
  | SessionStoreDeclaration<K, V>

/** A declaration whose types do not matter here. */
export type AnyStoreDeclaration = StoreDeclaration<never, never> | StoreDeclaration<unknown, unknown>
