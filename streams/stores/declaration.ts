/**
 * A store is declared once, as a frozen value: kind, serdes, retention, back end. Processors name the declarations they
 * use and receive exactly those stores, typed. The changelog topic is `<app-id>-<name>-changelog`.
 */
import { TerminalError } from '../errors'
import type { Serde, SerdeContext } from '../serdes/serde'

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

/** A serde whose type does not matter here: every serde is one. */
export interface AnySerde {
  readonly name: string
  readonly nullable: boolean
  open(context: SerdeContext): {
    readonly ready?: Promise<void>
    readonly encode: (value: never) => Buffer | null
    readonly decode: (bytes: Buffer | null) => unknown
  }
}

type WithoutTypes<D> = D extends unknown
  ? Omit<D, 'key' | 'value'> & { readonly key: AnySerde; readonly value: AnySerde }
  : never

/** A declaration whose types do not matter here: every declaration is one. */
export type AnyStoreDeclaration = WithoutTypes<StoreDeclaration<unknown, unknown>>

interface CommonOptions<K, V> {
  readonly key: Serde<K>
  readonly value: Serde<V>
  /** Default `persistent`. */
  readonly backend?: 'persistent' | 'memory'
  /** Default true. */
  readonly changelog?: boolean
  readonly changelogConfig?: Readonly<Record<string, string>>
  /** Default false. */
  readonly caching?: boolean
}

export type KeyValueStoreOptions<K, V> = CommonOptions<K, V>

export interface VersionedStoreOptions<K, V> extends CommonOptions<K, V> {
  /** ms; how far back `get(key, asOf)` sees, and how late a write may come. */
  readonly historyRetentionMs: number
}

export interface WindowStoreOptions<K, V> extends CommonOptions<K, V> {
  /** ms */
  readonly windowSizeMs: number
  /** ms; a window is visible while its start is later than the largest start ever put, less this. */
  readonly retentionMs: number
  /** Default false. */
  readonly retainDuplicates?: boolean
}

export interface SessionStoreOptions<K, V> extends CommonOptions<K, V> {
  /** ms; a session is visible while its end is later than the largest end ever put, less this. */
  readonly retentionMs: number
}

/**
 * A declaration whose type knows its name, so that a store which a processor has not declared does not compile even where
 * another one has the same types: the reason for a third type parameter. It is inferred, never written.
 */
export type Named<D, N extends string> = D & { readonly name: N }

/**
 * A store of the latest value of each key (Kafka Streams' `Stores.keyValueStoreBuilder`).
 * @throws TerminalError TOPOLOGY_INVALID: a name that cannot be a topic's and a directory's
 * @example
 * const balances = keyValueStore('balances', { key: string, value: json<Balance>() })
 */
export function keyValueStore<K, V, const N extends string = string>(
  name: N,
  options: KeyValueStoreOptions<K, V>,
): Named<KeyValueStoreDeclaration<K, V>, N> {
  return Object.freeze({ kind: 'key-value', ...common(name, options), name })
}

/** A key-value store that keeps each value's timestamp (`Stores.timestampedKeyValueStoreBuilder`). @throws TerminalError TOPOLOGY_INVALID */
export function timestampedKeyValueStore<K, V, const N extends string = string>(
  name: N,
  options: KeyValueStoreOptions<K, V>,
): Named<TimestampedKeyValueStoreDeclaration<K, V>, N> {
  return Object.freeze({ kind: 'timestamped-key-value', ...common(name, options), name })
}

/** A store of every version of a key within history retention (KIP-889). @throws TerminalError TOPOLOGY_INVALID */
export function versionedStore<K, V, const N extends string = string>(
  name: N,
  options: VersionedStoreOptions<K, V>,
): Named<VersionedStoreDeclaration<K, V>, N> {
  const historyRetentionMs = duration(name, 'historyRetentionMs', options.historyRetentionMs)
  return Object.freeze({ kind: 'versioned', ...common(name, options), name, historyRetentionMs })
}

/** A store of values by key and window start (`Stores.windowStoreBuilder`). @throws TerminalError TOPOLOGY_INVALID */
export function windowStore<K, V, const N extends string = string>(
  name: N,
  options: WindowStoreOptions<K, V>,
): Named<WindowStoreDeclaration<K, V>, N> {
  return Object.freeze({ kind: 'window', ...common(name, options), name, ...windows(name, options) })
}

/** A window store that keeps each value's timestamp (`Stores.timestampedWindowStoreBuilder`). @throws TerminalError TOPOLOGY_INVALID */
export function timestampedWindowStore<K, V, const N extends string = string>(
  name: N,
  options: WindowStoreOptions<K, V>,
): Named<WindowStoreDeclaration<K, V> & { readonly kind: 'timestamped-window' }, N> {
  return Object.freeze({ kind: 'timestamped-window', ...common(name, options), name, ...windows(name, options) })
}

/** A store of values by key and session (`Stores.sessionStoreBuilder`). @throws TerminalError TOPOLOGY_INVALID */
export function sessionStore<K, V, const N extends string = string>(
  name: N,
  options: SessionStoreOptions<K, V>,
): Named<SessionStoreDeclaration<K, V>, N> {
  return Object.freeze({
    kind: 'session',
    ...common(name, options),
    name,
    retentionMs: duration(name, 'retentionMs', options.retentionMs),
  })
}

/** Kafka keeps what has expired in the store for a day more, for stores restored long after the fact. */
const ADDITIONAL_RETENTION_MS = 24 * 60 * 60 * 1000

/** Configuration of a store's changelog topic: Kafka Streams' defaults for its kind, and over them what the declaration says. */
export function changelogTopicConfig(declaration: AnyStoreDeclaration): Readonly<Record<string, string>> {
  return { ...changelogDefaults(declaration), ...declaration.changelogConfig }
}

function changelogDefaults(declaration: AnyStoreDeclaration): Record<string, string> {
  switch (declaration.kind) {
    case 'key-value':
    case 'timestamped-key-value':
      return { 'cleanup.policy': 'compact' }
    case 'versioned':
      return {
        'cleanup.policy': 'compact',
        'min.compaction.lag.ms': String(declaration.historyRetentionMs + ADDITIONAL_RETENTION_MS),
      }
    case 'window':
    case 'timestamped-window':
    case 'session':
      return {
        'cleanup.policy': 'compact,delete',
        'retention.ms': String(declaration.retentionMs + ADDITIONAL_RETENTION_MS),
      }
  }
}

/** The name becomes part of a topic's name and of a path, so it is held to what Kafka allows in a topic's. */
const LEGAL_NAME = /^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,199}$/

function common<K, V>(name: string, options: CommonOptions<K, V>): StoreBase<K, V> {
  if (!LEGAL_NAME.test(name)) {
    throw invalid(
      name,
      `A store's name has letters, digits, '.', '_' and '-', begins with no '.', and is at most 200 long`,
    )
  }
  return {
    name,
    key: options.key,
    value: options.value,
    backend: options.backend ?? 'persistent',
    changelog: options.changelog ?? true,
    changelogConfig: Object.freeze({ ...options.changelogConfig }),
    caching: options.caching ?? false,
  }
}

function windows<K, V>(name: string, options: WindowStoreOptions<K, V>) {
  const windowSizeMs = duration(name, 'windowSizeMs', options.windowSizeMs)
  const retentionMs = duration(name, 'retentionMs', options.retentionMs)
  if (retentionMs < windowSizeMs) {
    throw invalid(name, `retentionMs (${retentionMs}) must be at least windowSizeMs (${windowSizeMs})`)
  }
  return { windowSizeMs, retentionMs, retainDuplicates: options.retainDuplicates ?? false }
}

function duration(name: string, field: string, ms: number): number {
  if (!Number.isSafeInteger(ms) || ms < 0) throw invalid(name, `${field} must be a whole number of ms, not ${ms}`)
  return ms
}

function invalid(store: string, why: string): TerminalError {
  return new TerminalError('TOPOLOGY_INVALID', `Store '${store}': ${why}.`, { details: { store } })
}
