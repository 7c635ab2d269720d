import { type Clock, elapsed } from '../clock'
import { FencedError, MillraceError, messageOf, OutageError, TerminalError } from '../errors'
import type { Logger } from '../logger'
import { deadLetterHeaders } from '../tasks/failures'
import type { TopicWriter, Written } from './topic-writer'

export type BytesWriter = TopicWriter<Buffer | null, Buffer | null>

export interface DeliveryOptions {
  readonly topic: string
  /** Writes events that come at the same time in one batch. */
  readonly together: BytesWriter
  /** For events whose batch was refused. */
  readonly alone: BytesWriter
  readonly dead: BytesWriter
  readonly retryDelaysMs: readonly number[]
  readonly outageTimeoutMs: number
  readonly clock: Clock
  readonly logger: Logger
  /** Once aborted, nothing is waited for any longer. */
  readonly closing: AbortSignal
}

export interface Delivery {
  readonly timestamp: number
  /** @throws TerminalError SERIALIZATION_FAILED */
  encode(): EncodedEvent
  /** The event in words, for where it has no bytes. */
  describe(): string
}

export interface EncodedEvent {
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** How the attempts on one event have gone so far. */
interface Attempts {
  readonly since: number
  /** Those that failed, outages not counted. */
  readonly failed: number
  readonly outages: number
  readonly isolated: boolean
}

interface Retry {
  readonly afterMs: number
  readonly attempts: Attempts
}

type Verdict = Retry | 'bury' | 'give up'

/** Delivers one event: to its topic, or else to its dead letters. */
export function delivering(options: DeliveryOptions): (delivery: Delivery) => Promise<Written> {
  const { topic, clock, logger, closing } = options
  let lastAlone: Promise<unknown> = Promise.resolve()

  /** One after the other, so that each is a batch of its own. */
  function writeAlone(event: EncodedEvent, timestamp: number): Promise<Written> {
    const own = lastAlone.then(() => options.alone.write(event.key, event.value, { timestamp }))
    lastAlone = own.catch(() => undefined)
    return own
  }

  return async (delivery) => {
    const { timestamp } = delivery
    const event = encoded(delivery)
    if ('error' in event) return bury({ ...options, delivery, attempts: 1 }, event.error, event)
    let attempts: Attempts = { since: elapsed(clock), failed: 0, outages: 0, isolated: false }
    for (;;) {
      try {
        const write = attempts.isolated
          ? writeAlone
          : (it: EncodedEvent) => options.together.write(it.key, it.value, { timestamp })
        const written = await write(event, timestamp)
        logger.debug(written, `published ${topic}-${written.partition} offset ${written.offset}`)
        return written
      } catch (error) {
        const verdict = judge(error, attempts, options)
        if (verdict === 'give up') throw error
        if (verdict === 'bury') return bury({ ...options, delivery, attempts: attempts.failed + 1 }, error, event)
        logger.warn(
          { topic, err: error },
          `an event for ${topic} was not written, trying again in ${verdict.afterMs} ms: ${messageOf(error)}`,
        )
        await clock.sleep(verdict.afterMs, closing)
        attempts = verdict.attempts
      }
    }
  }
}

/** DESIGN invariant 5: an outage is waited out, what may pass is retried, and only what is then left is a dead letter. */
function judge(error: unknown, attempts: Attempts, options: DeliveryOptions): Verdict {
  const { retryDelaysMs, outageTimeoutMs, clock, closing } = options
  if (error instanceof FencedError || (error instanceof MillraceError && error.code === 'CLOSED')) return 'give up'
  if (error instanceof OutageError) {
    const waited = elapsed(clock) - attempts.since
    if (closing.aborted || waited >= outageTimeoutMs) return 'give up'
    const afterMs = retryDelaysMs[Math.min(attempts.outages, retryDelaysMs.length - 1)] ?? 1_000
    return { afterMs, attempts: { ...attempts, outages: attempts.outages + 1 } }
  }
  const further = { ...attempts, failed: attempts.failed + 1 }
  if (error instanceof TerminalError) {
    // A batch is refused as a whole: only what is refused alone too is itself at fault.
    return attempts.isolated ? 'bury' : { afterMs: 0, attempts: { ...further, isolated: true } }
  }
  const afterMs = retryDelaysMs[attempts.failed]
  return afterMs === undefined || closing.aborted ? 'bury' : { afterMs, attempts: further }
}

function encoded(delivery: Delivery): EncodedEvent & { readonly error?: unknown } {
  try {
    return delivery.encode()
  } catch (error) {
    return { key: null, value: Buffer.from(delivery.describe(), 'utf8'), error }
  }
}

interface Burial extends DeliveryOptions {
  readonly delivery: Delivery
  readonly attempts: number
}

/** @throws always: PRODUCTION_FAILED, with where the event now lies */
async function bury(burial: Burial, error: unknown, { key, value }: EncodedEvent): Promise<never> {
  const { topic, dead, clock, logger, delivery, attempts } = burial
  const { timestamp } = delivery
  const source = { raw: { key, value, timestamp, offset: -1, headers: [] }, from: { topic, partition: -1 } }
  // It never had a place in its topic, so the dead letter names none: a replay then uses the partition it lies in.
  const headers = deadLetterHeaders({ stage: 'production', error, attempts }, source, clock.now()).filter(
    ({ key: name }) => name !== '__streams.errors.partition' && name !== '__streams.errors.offset',
  )
  const deadLetter = await dead.write(key, value, { timestamp, headers }).catch((second: unknown) => {
    logger.error(
      { topic, err: second, event: delivery.describe() },
      `an event for ${topic} could be written neither there nor to its dead letters: ${messageOf(second)}`,
    )
    throw error
  })
  const place = `${deadLetter.topic}-${deadLetter.partition} offset ${deadLetter.offset}`
  logger.error({ ...deadLetter, err: error }, `an event for ${topic} was put into ${place}: ${messageOf(error)}`)
  throw new MillraceError(
    'PRODUCTION_FAILED',
    `the event was not written to ${topic}, but is in ${place}: ${messageOf(error)}`,
    {
      cause: error,
      details: { topic, deadLetter, attempts },
    },
  )
}
