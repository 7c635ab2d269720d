import { json, long, nullable, type Serde, string } from '../../serdes'
import { type Topic, topic } from '../../topics'

/**
 * The topics of the scenarios: keys are strings, and key and value may be null, since the vectors pipe both. A table's
 * topic takes the plain serdes: tables read null as a tombstone by themselves.
 */
export type TextTopic<V> = Topic<string | null, V | null>

const nullableTopic = <V>(name: string, value: Serde<V>): TextTopic<V> =>
  topic(name, { key: nullable(string), value: nullable(value) })

export const texts = (name: string): TextTopic<string> => nullableTopic(name, string)
export const longs = (name: string): TextTopic<number> => nullableTopic(name, long)
export const jsons = <V>(name: string): TextTopic<V> => nullableTopic(name, json<V>())
