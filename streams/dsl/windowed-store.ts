import { MillraceError } from '../errors'
import type { WindowTimes } from '../graph/specs/aggregate'
import type { SessionWindows, TimeWindows } from '../graph/windows'
import { json } from '../serdes/json'
import type { Serde } from '../serdes/serde'
import { string } from '../serdes/string'
import {
  type AnyStoreDeclaration,
  type KeyValueStoreDeclaration,
  keyValueStore,
  type SessionStoreDeclaration,
  sessionStore,
  timestampedWindowStore,
  type WindowStoreDeclaration,
} from '../stores/declaration'
import { type Duration, durationMs } from './duration'

/** What an aggregation in time windows is kept in. */
export type WindowedStore<K, V> = WindowStoreDeclaration<K, V> & { readonly kind: 'timestamped-window' }

export interface WindowedStoreOptions<K, V> {
  readonly key: Serde<K>
  readonly value: Serde<V>
  /** How long windows stay in the store; at least, and by default, until the last record they may take. */
  readonly retention?: Duration
  /** Default `persistent`. */
  readonly backend?: 'persistent' | 'memory'
  /** Default true. */
  readonly changelog?: boolean
  readonly changelogConfig?: Readonly<Record<string, string>>
  /** True: only the latest update of a window within a commit goes downstream. Default false. */
  readonly caching?: boolean
}

/**
 * Declares the store of a windowed aggregation, of the sizes that its windows ask for.
 * @throws MillraceError TOPOLOGY_INVALID: a retention too short for the windows
 * @example
 * const perMinute = tumbling({ minutes: 1 })
 * const clicks = windowedStore('clicks', perMinute, { key: string, value: long })
 */
export function windowedStore<K, V>(
  name: string,
  windows: TimeWindows,
  options: WindowedStoreOptions<K, V>,
): WindowedStore<K, V>
export function windowedStore<K, V>(
  name: string,
  windows: SessionWindows,
  options: WindowedStoreOptions<K, V>,
): SessionStoreDeclaration<K, V>
export function windowedStore<K, V>(
  name: string,
  windows: TimeWindows | SessionWindows,
  { retention, ...options }: WindowedStoreOptions<K, V>,
): WindowedStore<K, V> | SessionStoreDeclaration<K, V> {
  const retentionMs = retention === undefined ? defaultRetentionMs(windows) : durationMs(retention, 'the retention')
  const store =
    windows.kind === 'session'
      ? sessionStore(name, { ...options, retentionMs })
      : timestampedWindowStore(name, { ...options, windowSizeMs: windows.sizeMs, retentionMs })
  requireFit(store, windows)
  return store
}

/** Kafka Streams' defaults; sliding windows look back twice their size. */
function defaultRetentionMs(windows: TimeWindows | SessionWindows): number {
  switch (windows.kind) {
    case 'hopping':
      return windows.sizeMs + windows.graceMs
    case 'sliding':
      return 2 * windows.sizeMs + windows.graceMs
    case 'session':
      return windows.gapMs + windows.graceMs
  }
}

/** @throws MillraceError TOPOLOGY_INVALID: the store is of another size, or forgets windows that may still take records */
export function requireFit(
  store: { readonly name: string; readonly retentionMs: number; readonly windowSizeMs?: number },
  windows: TimeWindows | SessionWindows,
): void {
  const needed = defaultRetentionMs(windows)
  if (store.retentionMs < needed) {
    throw invalid(store.name, `keeps windows for ${store.retentionMs} ms, but they take records for ${needed} ms`)
  }
  if (windows.kind !== 'session' && store.windowSizeMs !== windows.sizeMs) {
    throw invalid(store.name, `is of windows of ${store.windowSizeMs} ms, but they are of ${windows.sizeMs} ms`)
  }
}

function invalid(name: string, why: string): MillraceError {
  return new MillraceError('TOPOLOGY_INVALID', `store ${name} ${why}; declare it with windowedStore('${name}', …)`, {
    details: { store: name },
  })
}

/**
 * Beside the windows, `<store>-times`: the times of the aggregation. Its changelog is compacted often, as one small record
 * is written over and over.
 */
export function timesStore(of: AnyStoreDeclaration): KeyValueStoreDeclaration<string, WindowTimes> {
  return keyValueStore(`${of.name}-times`, {
    key: string,
    value: json<WindowTimes>(),
    backend: of.backend,
    changelog: of.changelog,
    changelogConfig: { 'segment.ms': '600000' },
  })
}
