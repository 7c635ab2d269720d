import { type Node, node } from '../graph/node'
import type { GlobalTableSource } from '../graph/specs/global-table'
import type { TimestampedKeyValueStoreDeclaration } from '../stores/declaration'
import type { Topic } from '../topics'
import { erase, eraseTopic } from './erase'
import type { SourceOptions } from './stream'

export interface GlobalTableOptions extends Pick<SourceOptions, 'timestampExtractor'> {
  /**
   * What becomes of a record that cannot be decoded. Every process reads it and it stays in its topic, so nothing is put
   * into the dead letters: `dead-letter` leaves it out, as `continue` does.
   */
  readonly onError?: Pick<NonNullable<SourceOptions['onError']>, 'deserialization'>
}

/**
 * Reads a topic as a table that every process has whole (Kafka Streams: `StreamsBuilder#globalTable`). Streams join it by
 * any key, whatever they are partitioned by. Its store has no changelog: the topic itself is read, to its end before the
 * first record is processed and on from there. Records without a key are left out and counted.
 * @example
 * const currencies = globalTable(currencyTopic, timestampedKeyValueStore('currencies', { key: string, value: json<Currency>() }))
 */
export function globalTable<K, V>(
  topic: Topic<K, V>,
  store: TimestampedKeyValueStoreDeclaration<Exclude<K, null>, Exclude<V, null>>,
  options: GlobalTableOptions = {},
): GlobalTable<Exclude<K, null>, Exclude<V, null>> {
  const declared = erase<TimestampedKeyValueStoreDeclaration<unknown, unknown>>(store)
  return new GlobalTable(Object.freeze({ topic: eraseTopic(topic), store: declared, ...options }))
}

/** The latest value of each key of a topic, whole in every process (Kafka Streams: `GlobalKTable`). */
export class GlobalTable<K, V> {
  /** @internal */ readonly source: GlobalTableSource
  /** Only the types. @internal */ declare readonly row: { readonly key: K; readonly value: V }

  /** @internal */
  constructor(source: GlobalTableSource) {
    this.source = source
    Object.freeze(this)
  }
}

interface GlobalJoin {
  readonly select: unknown
  readonly joiner: unknown
  readonly left: boolean
}

/** @internal The table is no parent: its rows come from the process, not from the task. */
export function joinGlobalTable(
  from: Node,
  { source }: GlobalTable<unknown, unknown>,
  { select, joiner, left }: GlobalJoin,
): Node {
  return node(
    {
      type: 'global-table-join',
      table: source,
      select: erase<() => unknown>(select),
      joiner: erase<() => unknown>(joiner),
      left,
    },
    [from],
  )
}
