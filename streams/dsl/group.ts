import { MillraceError } from '../errors'
import { node } from '../graph/node'
import type { Serde } from '../serdes/serde'
import { erase, type SinkSerde } from './erase'
import { GroupedStream } from './grouped-stream'
import { partitionedByKey } from './partitioned-by-key'
import type { Stream } from './stream'

/** How records reach the partition of their new key: through the topic `<app-id>-<name>-repartition`. */
export interface Regrouped<K, V> {
  /** Durable. */
  readonly name: string
  readonly key: SinkSerde<K>
  /** Where the stream still has the serde of its topic, that is the default. */
  readonly value?: SinkSerde<V>
  /** Default: those of what is read. */
  readonly partitions?: number
}

/** The same where the key may still be that of the topic. */
export type MaybeRegrouped<K, V> = Omit<Regrouped<K, V>, 'key'> & Partial<Pick<Regrouped<K, V>, 'key'>>

/** @internal @throws MillraceError TOPOLOGY_INVALID: the key has changed and it is not said how to repartition */
export function groupByKey<K, V>(
  stream: Stream<K, V>,
  regrouped: MaybeRegrouped<Exclude<K, null>, Exclude<V, null>> | undefined,
): GroupedStream<Exclude<K, null>, V> {
  const { keyChanged, serdes } = stream.lineage
  if (!keyChanged) return new GroupedStream(stream.node)
  const key = regrouped?.key ?? serdes.key
  const value = regrouped?.value ?? serdes.value
  if (regrouped === undefined || key === undefined || value === undefined) {
    throw missing('groupByKey({ name, key, value })', { name: regrouped?.name, key, value })
  }
  const serdesOfTopic = { key: erase<Serde<unknown>>(key), value: erase<Serde<unknown>>(value) }
  return new GroupedStream(
    partitionedByKey(stream, { name: regrouped.name, partitions: regrouped.partitions, ...serdesOfTopic }),
  )
}

/** @internal @throws MillraceError TOPOLOGY_INVALID: the serde of the values is not known any more */
export function groupBy<K, V, K2>(
  stream: Stream<K, V>,
  select: (value: V, key: K) => K2 | null,
  regrouped: Regrouped<K2, Exclude<V, null>>,
): GroupedStream<K2, V> {
  const { name, key, partitions } = regrouped
  const value = regrouped.value ?? stream.lineage.serdes.value
  if (value === undefined) throw missing('groupBy(select, { name, key, value })', { name, key, value })
  const selected = node({ type: 'select-key', map: erase(select) }, [stream.node])
  const serdes = { key: erase<Serde<unknown>>(key), value: erase<Serde<unknown>>(value) }
  const changed = { node: selected, lineage: { keyChanged: true } }
  return new GroupedStream(partitionedByKey(changed, { name, partitions, ...serdes }))
}

function missing(verb: string, given: Readonly<Record<string, unknown>>): MillraceError {
  const lacking = Object.keys(given).filter((part) => given[part] === undefined)
  return new MillraceError(
    'TOPOLOGY_INVALID',
    `the key has changed, so the records go through a topic of their own before they are grouped: write ${verb}; ${lacking.join(', ')} is missing`,
    { details: { missing: lacking } },
  )
}
