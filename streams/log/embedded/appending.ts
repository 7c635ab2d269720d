import { TerminalError } from '../../errors'
import type { AppendedBatch, OutgoingBatch } from '../port'
import { nextSequence } from '../records'
import type { ProducerIdentity } from './decisions'
import type { PartitionLog } from './partition'
import type { Topics } from './topics'

/** Appends for one producer and counts its sequence in each partition. */
export interface Appender {
  /**
   * Appends the batches in the order given. When it throws, those before the one at fault are appended.
   * @throws TerminalError TOPIC_MISSING (then nothing is appended), RECORD_TOO_LARGE; OutageError LOG_UNAVAILABLE
   */
  append(batches: readonly OutgoingBatch[], onAppend?: (log: PartitionLog) => void): readonly AppendedBatch[]
}

export function appender(topics: Topics, producer: ProducerIdentity, transactional: boolean): Appender {
  const sequences = new Map<PartitionLog, number>()

  return {
    append(batches, onAppend) {
      const logs = batches.map((batch) => topics.partition(batch))
      return batches.map(({ records }, index) => {
        const log = logs[index]!
        const baseSequence = sequences.get(log) ?? 0
        const sealed = records.seal({ ...producer, baseSequence, transactional }).map((batch) => batch.bytes)
        assertNotTooLarge(log, sealed)
        if (sealed.length > 0) onAppend?.(log)
        const appended = log.append(sealed)
        sequences.set(log, nextSequence(baseSequence, records.count))
        return appended
      })
    },
  }
}

/** @throws TerminalError RECORD_TOO_LARGE (details: topic, partition, bytes, maxBytes) */
export function assertNotTooLarge({ topic, partition, settings }: PartitionLog, sealed: readonly Buffer[]): void {
  const bytes = sealed.find((each) => each.length > settings.maxMessageBytes)?.length
  if (bytes === undefined) return
  throw new TerminalError(
    'RECORD_TOO_LARGE',
    `a batch of ${bytes} bytes for ${topic}/${partition} passes the topic's max.message.bytes of ${settings.maxMessageBytes}`,
    { details: { topic, partition, bytes, maxBytes: settings.maxMessageBytes } },
  )
}
