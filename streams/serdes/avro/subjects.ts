import { TerminalError } from '../../errors'
import type { AvroType } from '../../registry/avro/schema'
import type { SerdeContext } from '../serde'

/**
 * Under which subject a schema is registered, as Confluent's serializers name it. `topicName`: one schema per topic,
 * `<topic>-key` or `<topic>-value`. `recordName`: the record's full name, whatever the topic. `topicRecordName`:
 * `<topic>-<full name>`.
 */
export type SubjectStrategy = 'topicName' | 'recordName' | 'topicRecordName'

/** @throws TerminalError SCHEMA_INVALID when the strategy wants a name and the schema has none */
export function subjectOf(strategy: SubjectStrategy, type: AvroType, { topic, role }: SerdeContext): string {
  if (strategy === 'topicName') return `${topic}-${role}`
  if (!('name' in type)) {
    const message = `${topic} (${role}): the subject strategy ${strategy} needs a schema with a name, and a schema of kind ${type.kind} has none`
    throw new TerminalError('SCHEMA_INVALID', message)
  }
  return strategy === 'recordName' ? type.name : `${topic}-${type.name}`
}
