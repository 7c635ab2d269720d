import { MillraceError } from '../errors'
import { type End, type Node, node } from '../graph/node'
import type { SinkSpec } from '../graph/specs/source'
import type { Header } from '../log/port'
import { erase, eraseTopic, type SinkTopic } from './erase'

export interface SinkOptions<K, V> {
  /** Of the step; `forward(record, name)` of the Processor API finds it by this. */
  readonly name?: string
  /** The partition for a record. Default: murmur2 of the key's bytes, as Kafka's own producer. */
  readonly partitioner?: (value: V, key: K, partitions: number) => number
}

/** Topics by names of your own, among which one is chosen per record. */
export type SinkTopics<K, V> = Readonly<Record<string, SinkTopic<Exclude<K, null>, Exclude<V, null>>>>

export interface RoutedRecord {
  /** ms */
  readonly timestamp: number
  readonly headers: readonly Header[]
}

/** Names one of the topics for a record. */
export type ChooseTopic<K, V, T> = (value: V, key: K, record: RoutedRecord) => keyof T & string

export function sinkEnd<K, V>(topic: SinkSpec['topic'], options: SinkOptions<K, V> = {}, from: Node): End {
  const { name, partitioner } = options
  const named = name === undefined ? {} : { name }
  const placed = partitioner === undefined ? {} : { partitioner: erase<SinkSpec['partitioner']>(partitioner) }
  return Object.freeze({ end: node({ type: 'sink', topic, ...named, ...placed }, [from]) })
}

/** Topics are declared, never made up on the way: so they exist, and their serdes are ready, before the first record. */
export function chosenTopic<K, V, T extends SinkTopics<K, V>>(
  topics: T,
  choose: ChooseTopic<K, V, T>,
): SinkSpec['topic'] {
  const byName = new Map(Object.entries(topics).map(([name, topic]) => [name, eraseTopic(topic)]))
  if (byName.size === 0) throw new MillraceError('TOPOLOGY_INVALID', 'a sink needs at least one topic to choose from')
  return Object.freeze({
    among: [...byName.values()],
    choose: (value: unknown, key: unknown, record: RoutedRecord) => {
      const name = choose(erase(value), erase(key), record)
      const topic = byName.get(name)
      if (topic !== undefined) return topic
      throw new MillraceError(
        'TOPOLOGY_INVALID',
        `no topic ${String(name)} to write to; the sink was given ${[...byName.keys()].join(', ')}`,
      )
    },
  })
}
