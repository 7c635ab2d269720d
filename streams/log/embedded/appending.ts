import { TerminalError } from '../../errors'
import type { AppendedBatch, OutgoingBatch } from '../port'
import {
  decodeRecords,
  nextSequence,
  type ProducerStamp,
  readHeader,
  recordsBuffer,
  type SealedBatch,
} from '../records'
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
        const stamp = { ...producer, baseSequence, transactional, compression: topics.compression }
        const sealed = fitting(records.seal(stamp), stamp, log.settings.maxMessageBytes)
        assertNotTooLarge(log, sealed)
        if (sealed.length > 0) onAppend?.(log)
        const appended = log.append(sealed)
        sequences.set(log, nextSequence(baseSequence, records.count))
        return appended
      })
    },
  }
}

/** The batches, split where they are larger than the topic allows; what is too large by itself stays as it is. */
export function fitting(sealed: readonly SealedBatch[], stamp: ProducerStamp, maxBytes: number): readonly Buffer[] {
  const batches = sealed.map((batch) => batch.bytes)
  if (batches.every((bytes) => bytes.length <= maxBytes)) return batches
  const smaller = recordsBuffer({ maxBatchBytes: maxBytes })
  for (const bytes of batches) {
    for (const { key, value, timestamp, headers } of decodeRecords(bytes, readHeader(bytes, 0)!)) {
      smaller.append(key, value, timestamp, headers)
    }
  }
  return smaller.seal(stamp).map((batch) => batch.bytes)
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
