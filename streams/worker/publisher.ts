import { type Clock, systemClock } from '../clock'
import { MillraceError, messageOf, OutageError } from '../errors'
import { deadLetterTopic } from '../graph/names'
import type { Log } from '../log/port'
import { type Logger, silentLogger } from '../logger'
import type { SchemaRegistry } from '../registry/port'
import { bytes } from '../serdes/bytes'
import type { PersonalKeys } from '../serdes/encryption/port'
import { nullable } from '../serdes/nullable'
import { topic as declare, type Topic } from '../topics'
import { delivering } from './delivering'
import { openTopicWriter, type Written } from './topic-writer'

export interface PublisherOptions<K, V> {
  readonly log: Log
  readonly topic: Topic<K, V>
  /** The record key of an event. */
  readonly keyOf: (event: V) => K
  /** The record's timestamp (ms). Default: the clock's now. */
  readonly timestampOf?: (event: V) => number
  readonly clientId: string
  readonly registry?: SchemaRegistry
  readonly personalKeys?: PersonalKeys
  /** Waiting time in ms before each further attempt after an error that may pass. Default 1,000, 2,000, 4,000. */
  readonly retryDelaysMs?: readonly number[]
  /** How long an event waits for a log that does not answer (ms). Default 120,000, as Kafka's `delivery.timeout.ms`. */
  readonly outageTimeoutMs?: number
  /** Events that may be under way at once. Default 10,000. */
  readonly maxPending?: number
  readonly logger?: Logger
  readonly clock?: Clock
}

/** Publishes events for services that process none (topologies publish by `to`). */
export interface Publisher<V> {
  /**
   * Resolves when the event is acknowledged. An error that may pass is retried; what then remains, and what no retry can
   * help, goes to `<topic>-dlq` with its reason and time, and the promise rejects. An outage is waited out and dead-letters
   * nothing. A retried event may be written twice, and may come behind later ones of its key: give events an id, and wait for
   * each where their order matters.
   * @throws MillraceError PRODUCTION_FAILED (details: deadLetter, where it now lies), CLOSED; OutageError LOG_UNAVAILABLE:
   *   whether the event was written is not known
   */
  publish(event: V): Promise<Written>
  /** As `publish` for a caller that does not wait: what becomes of the event is logged. @throws as `publish` does at once */
  publishAsync(event: V): void
  /** Waits for what is under way, but no longer for a log that does not answer. */
  close(): Promise<void>
}

const raw = nullable(bytes)
const retryDelays: readonly number[] = [1_000, 2_000, 4_000]

/**
 * Creates the topic, where it declares partitions, and its dead letters, if they are missing.
 * @throws MillraceError TOPIC_MISSING; OutageError LOG_UNAVAILABLE, REGISTRY_UNAVAILABLE
 */
export async function openPublisher<K, V>(options: PublisherOptions<K, V>): Promise<Publisher<V>> {
  const { log, topic, registry, personalKeys, clientId } = options
  const { clock = systemClock, logger = silentLogger, maxPending = 10_000 } = options
  const key = topic.key.open({ topic: topic.name, role: 'key', registry, personalKeys })
  const value = topic.value.open({ topic: topic.name, role: 'value', registry, personalKeys })
  await Promise.all([key.ready, value.ready])
  const names = await prepare(log, topic)
  const open = (name: string) =>
    openTopicWriter({ log, topic: declare(name, { key: raw, value: raw }), clientId, clock, personalKeys })
  const writers = { together: await open(names.topic), alone: await open(names.topic), dead: await open(names.dead) }
  const closing = new AbortController()
  const deliver = delivering({
    ...names,
    ...writers,
    retryDelaysMs: options.retryDelaysMs ?? retryDelays,
    outageTimeoutMs: options.outageTimeoutMs ?? 120_000,
    clock,
    logger,
    closing: closing.signal,
  })
  const pending = new Set<Promise<Written>>()

  function publish(event: V): Promise<Written> {
    if (closing.signal.aborted) throw new MillraceError('CLOSED', `the publisher of ${topic.name} is closed`)
    if (pending.size >= maxPending) {
      throw new OutageError('LOG_UNAVAILABLE', `${maxPending} events wait to be published to ${topic.name}`)
    }
    const delivered = deliver({
      timestamp: options.timestampOf?.(event) ?? clock.now(),
      encode: () => ({ key: key.encode(options.keyOf(event)), value: value.encode(event) }),
      describe: () => value.describe?.(event) ?? textOf(event),
    })
    pending.add(delivered)
    return delivered.finally(() => pending.delete(delivered))
  }

  return {
    publish: async (event) => publish(event),
    publishAsync: (event) => {
      publish(event).catch((error: unknown) =>
        logger.error(
          { topic: topic.name, err: error },
          `an event for ${topic.name} was not published: ${messageOf(error)}`,
        ),
      )
    },
    close: async () => {
      closing.abort()
      await Promise.allSettled(pending)
      await Promise.all(Object.values(writers).map((writer) => writer.close()))
    },
  }
}

async function prepare<K, V>({ admin }: Log, { name, partitions, config }: Topic<K, V>) {
  if (partitions !== undefined) await admin.createTopics([{ name, partitions, config }])
  const described = (await admin.describeTopics([name])).get(name)
  if (described === undefined) {
    throw new MillraceError('TOPIC_MISSING', `topic ${name} does not exist`, { details: { topic: name } })
  }
  const dead = deadLetterTopic(name)
  await admin.createTopics([{ name: dead, partitions: described.partitions, config: { 'retention.ms': '-1' } }])
  return { topic: name, dead }
}

/** An event that has no bytes is kept in the dead letters as text. */
function textOf(event: unknown): string {
  try {
    return JSON.stringify(event) ?? String(event)
  } catch {
    return String(event)
  }
}
