import type { WithoutPartner } from '../graph/specs/stream-join'
import type { Serde } from '../serdes/serde'
import { waitingKey, waitingValue } from '../serdes/waiting'
import { keyValueStore, windowStore } from '../stores/declaration'
import { erase, type SinkSerde } from './erase'
import type { JoinWindows } from './within'

/**
 * What a stream-stream join remembers, declared once: the name is durable (its stores, their changelogs and, where a key
 * has changed, the repartition topics are named after it), the serdes are those of the records kept.
 */
export interface JoinStores<K, L, R> {
  readonly name: string
  readonly key: SinkSerde<K>
  readonly left: SinkSerde<L>
  readonly right: SinkSerde<R>
  readonly backend: 'persistent' | 'memory'
  readonly changelog: boolean
  readonly changelogConfig: Readonly<Record<string, string>>
}

export interface JoinStoresOptions<K, L, R> {
  readonly key: Serde<K>
  readonly left: Serde<L>
  readonly right: Serde<R>
  /** Default `persistent`. */
  readonly backend?: 'persistent' | 'memory'
  /** Default true. */
  readonly changelog?: boolean
  readonly changelogConfig?: Readonly<Record<string, string>>
}

/**
 * Declares the stores of a stream-stream join (Kafka Streams: `StreamJoined`).
 * @example
 * const openOrders = joinStores('open-orders', { key: string, left: json<Created>(), right: json<Paid>() })
 */
export function joinStores<K, L, R>(name: string, options: JoinStoresOptions<K, L, R>): JoinStores<K, L, R> {
  return Object.freeze({ backend: 'persistent', changelog: true, changelogConfig: {}, ...options, name })
}

/**
 * The declarations behind it: `<name>-left` and `<name>-right` hold the records of each side for the length of the window
 * and the grace, `<name>-waiting` those that have no partner yet.
 * @throws TerminalError TOPOLOGY_INVALID: a name that cannot be a topic's and a directory's
 */
export function declareJoinStores<K, L, R>(stores: JoinStores<K, L, R>, windows: JoinWindows) {
  const { name, backend, changelog, changelogConfig } = stores
  const key = erase<Serde<unknown>>(stores.key)
  const left = erase<Serde<unknown>>(stores.left)
  const right = erase<Serde<unknown>>(stores.right)
  const common = { backend, changelog, changelogConfig }
  const windowSizeMs = windows.beforeMs + windows.afterMs
  const side = { ...common, key, windowSizeMs, retentionMs: windowSizeMs + windows.graceMs, retainDuplicates: true }
  return {
    left: windowStore(`${name}-left`, { ...side, value: left }),
    right: windowStore(`${name}-right`, { ...side, value: right }),
    waiting: (): WithoutPartner['waiting'] =>
      keyValueStore(`${name}-waiting`, { ...common, key: waitingKey(key), value: waitingValue({ left, right }) }),
  }
}
