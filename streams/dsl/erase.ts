import type { ErasedTopic } from '../graph/specs/source'
import type { OpenSerde, Serde } from '../serdes/serde'
import type { Topic } from '../topics'

/**
 * The one place where checked types are dropped: a handle's verb has fixed the types of the function, and the runtime
 * hands it exactly those values.
 */
export function erase<E>(value: unknown): E {
  return value as E
}

/** A topic that takes keys and values of these types: one whose own types are wider will do. */
export interface SinkTopic<K, V> {
  readonly name: string
  readonly key: SinkSerde<K>
  readonly value: SinkSerde<V>
}

/** A serde that can write these values: one whose own type is wider will do. */
export interface SinkSerde<T> {
  readonly name: string
  open(context: Parameters<Serde<T>['open']>[0]): Pick<OpenSerde<T>, 'encode'>
}

export function eraseTopic<K, V>(topic: Topic<K, V> | SinkTopic<K, V>): ErasedTopic {
  return erase<ErasedTopic>(topic)
}
