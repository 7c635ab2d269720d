import type { Serde } from './serdes/serde'

/** A topic declared once: its name, its serdes and how it is created where it does not exist. */
export interface Topic<K, V> {
  readonly name: string
  readonly key: Serde<K>
  readonly value: Serde<V>
  /** Partitions when we create it; otherwise the log's own count is used. */
  readonly partitions?: number
  /** Kafka's topic configuration when we create it, for example `{ 'retention.ms': '-1' }`. */
  readonly config: Readonly<Record<string, string>>
}

export interface TopicOptions<K, V> {
  readonly key: Serde<K>
  readonly value: Serde<V>
  readonly partitions?: number
  readonly config?: Readonly<Record<string, string>>
}

/**
 * Declares a topic.
 * @example
 * const orders = topic('orders', { key: string, value: json<Order>() })
 */
export function topic<K, V>(name: string, options: TopicOptions<K, V>): Topic<K, V> {
  return Object.freeze({ config: {}, ...options, name })
}
