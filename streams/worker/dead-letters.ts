import { MillraceError } from '../errors'
import type { Header, Log, LogRecord, OutgoingBatch, PartitionOffset, TopicPartition } from '../log/port'
import { offsetAt, readRanges, wholeRanges } from '../log/read-range'
import { type RecordsBuffer, recordsBuffer } from '../log/records'

/** Where a dead letter comes from, and why it is one. What its headers do not say is undefined. */
export interface DeadLetter {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** The source record. */
  readonly source: { readonly topic?: string; readonly partition?: number; readonly offset?: number }
  readonly stage?: string
  readonly code?: string
  readonly exception?: string
  readonly message?: string
  /** ISO 8601, when it failed. */
  readonly time?: string
  readonly attempts?: number
  /** As it lies in the dead letters: original key, value and headers, and those of the failure. */
  readonly record: LogRecord
  /** Whether a replay has put it back before. */
  readonly replayed: boolean
}

/** Headers that a failure or a trace added, by Kafka Streams (KIP-1034), Kafka Connect, Spring, or us. */
const ADDED = /^(__streams\.errors\.|__connect\.errors\.|kafka_dlt-|millrace\.errors\.|traceparent$|tracestate$)/

const text = (headers: readonly Header[], ...names: readonly string[]): string | undefined =>
  headers.find(({ key }) => names.includes(key))?.value?.toString('utf8')

/** A number written as text (Kafka Streams, Connect) or as a big-endian integer (Spring). */
function numeric(headers: readonly Header[], ...names: readonly string[]): number | undefined {
  const header = headers.find(({ key }) => names.includes(key))
  const value = header?.value
  if (header === undefined || value === null || value === undefined) return undefined
  if (!header.key.startsWith('kafka_dlt-')) return Number(value.toString('utf8'))
  return value.length === 8 ? Number(value.readBigInt64BE()) : value.readInt32BE()
}

function toDeadLetter({ topic, partition }: TopicPartition, record: LogRecord, replayedTo: number): DeadLetter {
  const { headers } = record
  return {
    topic,
    partition,
    offset: record.offset,
    source: {
      topic: text(headers, '__streams.errors.topic', '__connect.errors.topic', 'kafka_dlt-original-topic'),
      partition: numeric(
        headers,
        '__streams.errors.partition',
        '__connect.errors.partition',
        'kafka_dlt-original-partition',
      ),
      offset: numeric(headers, '__streams.errors.offset', '__connect.errors.offset', 'kafka_dlt-original-offset'),
    },
    stage: text(headers, 'millrace.errors.stage', '__connect.errors.stage'),
    code: text(headers, 'millrace.errors.code'),
    exception: text(
      headers,
      '__streams.errors.exception',
      '__connect.errors.exception.class.name',
      'kafka_dlt-exception-fqcn',
    ),
    message: text(
      headers,
      '__streams.errors.message',
      '__connect.errors.exception.message',
      'kafka_dlt-exception-message',
    ),
    time: text(headers, 'millrace.errors.time'),
    attempts: numeric(headers, 'millrace.errors.attempts'),
    record,
    replayed: record.offset < replayedTo,
  }
}

/** The group whose offsets say how far the dead letters of a topic have been replayed. */
export function replayGroup(deadLetterTopic: string): string {
  return `${deadLetterTopic}-replay`
}

/**
 * Reads a dead-letter topic from its beginning to its present end, batch by batch.
 * @throws MillraceError TOPIC_MISSING
 */
export async function* readDeadLetters(log: Log, deadLetterTopic: string): AsyncGenerator<DeadLetter> {
  const described = (await log.admin.describeTopics([deadLetterTopic])).get(deadLetterTopic)
  if (described === undefined) {
    throw new MillraceError(
      'TOPIC_MISSING',
      `topic ${deadLetterTopic} does not exist: nothing has been dead-lettered, or the name is wrong`,
      { details: { topic: deadLetterTopic } },
    )
  }
  const partitions = Array.from({ length: described.partitions }, (_, partition) => ({
    topic: deadLetterTopic,
    partition,
  }))
  const replayed = await log.admin.committedOffsets(replayGroup(deadLetterTopic), partitions)
  for (const range of await wholeRanges(log, partitions)) {
    const replayedTo = offsetAt(replayed, range) ?? 0
    for await (const { records } of readRanges(log, [range])) {
      for (const record of records) yield toDeadLetter(range, record, replayedTo)
    }
  }
}

export interface ReplayOptions {
  /** Only this one; it may have been replayed before. */
  readonly only?: { readonly partition: number; readonly offset: number }
  /** Replays what has been replayed before, too. */
  readonly again?: boolean
  /** Says what would be replayed and writes nothing. */
  readonly dryRun?: boolean
}

export interface Replayed {
  readonly letter: DeadLetter
  readonly to: TopicPartition
}

/**
 * Puts dead letters back where they came from: their source topic and partition, with their original key, value and
 * headers, in the order in which they failed. What has been replayed is remembered, so that a second replay puts back
 * only what is new; a crash between the two repeats some.
 */
export async function replayDeadLetters(
  log: Log,
  deadLetterTopic: string,
  options: ReplayOptions = {},
): Promise<readonly Replayed[]> {
  const chosen: Replayed[] = []
  for await (const letter of readDeadLetters(log, deadLetterTopic)) {
    if (isChosen(letter, options)) chosen.push({ letter, to: destination(letter, deadLetterTopic) })
  }
  if (options.dryRun || chosen.length === 0) return chosen
  const producer = await log.producer({ clientId: replayGroup(deadLetterTopic) })
  try {
    await producer.send(batchesOf(chosen))
  } finally {
    await producer.close()
  }
  if (options.only === undefined) await log.admin.setOffsets(replayGroup(deadLetterTopic), progressOf(chosen))
  return chosen
}

function isChosen({ partition, offset, replayed }: DeadLetter, { only, again = false }: ReplayOptions): boolean {
  if (only !== undefined) return only.partition === partition && only.offset === offset
  return again || !replayed
}

function destination({ source, partition }: DeadLetter, deadLetterTopic: string): TopicPartition {
  return { topic: source.topic ?? deadLetterTopic.replace(/-dlq$/, ''), partition: source.partition ?? partition }
}

function batchesOf(chosen: readonly Replayed[]): readonly OutgoingBatch[] {
  const batches = new Map<string, TopicPartition & { readonly records: RecordsBuffer }>()
  for (const { letter, to } of chosen) {
    const place = `${to.topic}/${to.partition}`
    const batch = batches.get(place) ?? { ...to, records: recordsBuffer() }
    batches.set(place, batch)
    const { key, value, timestamp, headers } = letter.record
    batch.records.append(
      key,
      value,
      timestamp,
      headers.filter((header) => !ADDED.test(header.key)),
    )
  }
  return [...batches.values()]
}

function progressOf(chosen: readonly Replayed[]): readonly PartitionOffset[] {
  const furthest = new Map<number, PartitionOffset>()
  for (const {
    letter: { topic, partition, offset },
  } of chosen)
    furthest.set(partition, { topic, partition, offset: offset + 1 })
  return [...furthest.values()]
}
