import { MillraceError } from '../errors'
import { type Node, node } from '../graph/node'
import { bufferPlace } from '../serdes/buffered'
import { heldRecords } from '../serdes/held-records'
import type { Serde } from '../serdes/serde'
import { type AnyStoreDeclaration, keyValueStore } from '../stores/declaration'
import { type Duration, durationMs } from './duration'
import { erase, type SinkSerde } from './erase'
import { partitionedByKey } from './partitioned-by-key'
import type { Lineage } from './stream'
import { requireRows, type Table } from './table'

export interface StreamTableJoinOptions<K, V> {
  /** Durable: of the topic `<app-id>-<name>-repartition` after a change of key, and of the store `<name>-waiting`. */
  readonly name: string
  /** Serdes of the stream's records. Default: those of its topic, where it still has them, and the key's as the table has it. */
  readonly key?: SinkSerde<K>
  readonly value?: SinkSerde<V>
  /** Default: those of what is read. */
  readonly partitions?: number
  /** So long records wait for rows of a versioned table that come late (KIP-923). */
  readonly grace?: Duration
}

type ErasedTable = Table<never, unknown>

interface Joining<K, V> {
  readonly stream: { readonly node: Node; readonly lineage: Lineage<K, V> }
  readonly joiner: unknown
  readonly left: boolean
  readonly options: StreamTableJoinOptions<K, V> | undefined
}

/** @internal @throws MillraceError TOPOLOGY_INVALID: something durable has no name, or the table does not fit */
export function joinStreamWithTable<K, V>(joining: Joining<K, V>, table: ErasedTable): Node {
  requireRows(table, 'a join of a stream with a table')
  const versioned = table.lineage.rows === 'versioned'
  const { joiner, left } = joining
  const spec = { type: 'stream-table-join', joiner: erase<() => unknown>(joiner), left, versioned } as const
  return node(spec, [held(partitioned(joining, table), joining, table)], [table.node])
}

function partitioned<K, V>({ stream, left, options }: Joining<K, V>, table: ErasedTable): Node {
  if (!stream.lineage.keyChanged) return stream.node
  const { name, partitions, key, value } = named(stream, table, options)
  return partitionedByKey(stream, { name, partitions, key, value, keepsNullKeys: left })
}

function held<K, V>(from: Node, { stream, options }: Joining<K, V>, table: ErasedTable): Node {
  if (options?.grace === undefined) return from
  if (table.lineage.rows !== 'versioned') {
    throw invalid('a join with a grace period needs a table in a versionedStore: only that can tell what a row was')
  }
  const { name, key, value } = named(stream, table, options)
  const waiting = keyValueStore(`${name}-waiting`, { key: bufferPlace(key), value: heldRecords(value) })
  const graceMs = durationMs(options.grace, 'grace')
  return node({ type: 'hold-for-grace', graceMs, waiting, stores: [erase<AnyStoreDeclaration>(waiting)] }, [from])
}

/** What is durable of the join, with all it needs. */
function named<K, V>(
  { lineage }: Joining<K, V>['stream'],
  table: ErasedTable,
  options: StreamTableJoinOptions<K, V> | undefined,
) {
  const key = options?.key ?? lineage.serdes.key ?? table.lineage.serdes.key
  const value = options?.value ?? lineage.serdes.value
  if (options !== undefined && key !== undefined && value !== undefined) {
    const { name, partitions } = options
    return { name, partitions, key: erase<Serde<unknown>>(key), value: erase<Serde<unknown>>(value) }
  }
  throw invalid(
    'the records go through a topic or a store of their own before they are joined: write join(table, joiner, { name, value })',
  )
}

function invalid(message: string): MillraceError {
  return new MillraceError('TOPOLOGY_INVALID', message)
}
