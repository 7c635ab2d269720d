import { MillraceError } from '../errors'
import { type Node, node } from '../graph/node'
import { bufferPlace } from '../serdes/buffered'
import { heldRecords } from '../serdes/held-records'
import type { Serde } from '../serdes/serde'
import { keyValueStore } from '../stores/declaration'
import { type Duration, durationMs } from './duration'
import { erase, type SinkSerde } from './erase'
import { partitionedByKey } from './partitioned-by-key'
import type { Lineage } from './stream'
import { requireRows, type Table } from './table'

export interface StreamTableJoinOptions<K, V> {
  /** Durable: of the topic `<app-id>-<name>-repartition` after a change of key, and of the store `<name>-waiting`. */
  readonly name: string
  /** Serdes of the stream's records. Default: those of its topic, where it still has them. */
  readonly key?: SinkSerde<K>
  readonly value?: SinkSerde<V>
  /** Default: those of what is read. */
  readonly partitions?: number
  /** So long records wait for rows of a versioned table that come late (KIP-923). */
  readonly grace?: Duration
}

interface Joining<K, V> {
  readonly stream: { readonly node: Node; readonly lineage: Lineage<K, V> }
  readonly joiner: unknown
  readonly left: boolean
  readonly options: StreamTableJoinOptions<K, V> | undefined
}

/** @internal @throws MillraceError TOPOLOGY_INVALID: something durable has no name, or the table does not fit */
export function joinStreamWithTable<K, V>(
  { stream, joiner, left, options }: Joining<K, V>,
  table: Table<never, unknown>,
): Node {
  requireRows(table, 'a join of a stream with a table')
  const versioned = table.lineage.rows === 'versioned'
  const grace = graceOf({ stream, joiner, left, options }, versioned)
  const spec = {
    type: 'stream-table-join',
    joiner: erase<() => unknown>(joiner),
    left,
    versioned,
    ...(grace && { grace, stores: [grace.waiting] }),
  } as const
  return node(spec, [partitioned(stream, options)], [table.node])
}

function partitioned<K, V>(stream: Joining<K, V>['stream'], options: StreamTableJoinOptions<K, V> | undefined): Node {
  if (!stream.lineage.keyChanged) return stream.node
  const { key, value } = serdesOf(stream, options)
  return partitionedByKey(stream, { name: options!.name, partitions: options!.partitions, key, value })
}

function graceOf<K, V>({ stream, options }: Joining<K, V>, versioned: boolean) {
  if (options?.grace === undefined) return undefined
  if (!versioned)
    throw invalid('a join with a grace period needs a table in a versionedStore: only that can tell what a row was')
  const { key, value } = serdesOf(stream, options)
  const waiting = keyValueStore(`${options.name}-waiting`, { key: bufferPlace(key), value: heldRecords(value) })
  return {
    ms: durationMs(options.grace, 'grace'),
    waiting: erase<typeof waiting & { key: Serde<unknown>; value: Serde<unknown> }>(waiting),
  }
}

function serdesOf<K, V>({ lineage }: Joining<K, V>['stream'], options: StreamTableJoinOptions<K, V> | undefined) {
  const key = options?.key ?? lineage.serdes.key
  const value = options?.value ?? lineage.serdes.value
  if (options !== undefined && key !== undefined && value !== undefined) {
    return { key: erase<Serde<unknown>>(key), value: erase<Serde<unknown>>(value) }
  }
  throw invalid(
    'the records go through a topic or a store of their own before they are joined: write join(table, joiner, { name, key, value })',
  )
}

function invalid(message: string): MillraceError {
  return new MillraceError('TOPOLOGY_INVALID', message)
}
