/** One send of an idempotent producer, from the first attempt to the last acknowledgement. */
import { elapsed } from '../../clock'
import { type MillraceError, messageOf, TerminalError } from '../../errors'
import type { AppendedBatch, OutgoingBatch, SendOptions } from '../port'
import { nextSequence } from '../records'
import { type Identity, type SequencedBatch, split } from './batches'
import { leaderMissing, patience, retryDelayMs, unavailable } from './client'
import { kafkaError, kafkaName, reactionTo } from './errors'
import { abandon, advance, headOf, type Lane, lanesOf, loadsOf } from './lanes'
import { explained, type Needs, onTopics } from './needs'
import { placeOf } from './protocol/grouped'
import { listOffsetsRequest } from './protocol/offsets'
import { type ProduceResult, produceRequest } from './protocol/produce'
import { findAppended, mayBeForgotten } from './recall'
import type { SenderOptions } from './sender'

export interface DeliveryOptions extends SenderOptions, SendOptions {
  readonly identity: Identity
  readonly sequences: Map<string, number>
  readonly ends: Map<string, number>
  /** Something is given up of which nobody knows whether it was appended. */
  onDoubt(): void
}

/** @throws as LogProducer.send, once nothing more can be done for any partition */
export async function deliver(
  batches: readonly OutgoingBatch[],
  options: DeliveryOptions,
): Promise<readonly AppendedBatch[]> {
  const { client, shared, transactionalId, identity, sequences, ends } = options
  const { directory, settings, outageAfterMs, compression } = shared
  const { clock, logger } = settings
  const stamp = { ...identity, transactional: transactionalId !== null, compression }
  const appended = batches.map(({ topic, partition }) => ({ topic, partition, baseOffset: -1, nextOffset: -1 }))
  const lanes = lanesOf(batches)
  const failures: unknown[] = []
  /** What has been given up as lost may still wait in a socket. */
  let tried = false

  const needsOf = (topic: string): Needs => ({
    topic: onTopics('WRITE', [topic]),
    ...(transactionalId === null ? {} : { transactionalId: `WRITE on transactional id ${transactionalId}` }),
  })
  const inHand = (lane: Lane) => headOf(lane, { ...stamp, baseSequence: sequences.get(placeOf(lane)) ?? 0 })
  /** Of a lane that is not done. */
  const head = (lane: Lane): SequencedBatch => inHand(lane)!

  function acknowledged(lane: Lane, baseOffset: number): void {
    const { count, sequence } = head(lane)
    sequences.set(placeOf(lane), nextSequence(sequence, count))
    const result = appended[lane.index]!
    if (result.baseOffset < 0) result.baseOffset = baseOffset
    result.nextOffset = baseOffset + count
    ends.set(placeOf(lane), result.nextOffset)
    advance(lane)
  }
  function failed(lane: Lane, error: unknown): void {
    tried = true
    const now = elapsed(clock)
    const reaction = reactionTo(error)
    lane.failingSince ??= now
    const waitedMs = now - lane.failingSince
    if (reaction !== 'fail' && waitedMs < patience(error, outageAfterMs)) {
      logger.debug({ topic: lane.topic, partition: lane.partition, err: error }, `sending again: ${messageOf(error)}`)
      lane.notBefore = now + retryDelayMs(reaction, lane.attempts)
      lane.attempts += 1
      return
    }
    // A refusal of the first attempt says that nothing was appended; after anything else nobody knows.
    if (reaction !== 'fail' || lane.attempts > 0 || !(error instanceof TerminalError)) options.onDoubt()
    const what = `appending to ${lane.topic}-${lane.partition}`
    failures.push(explained(unavailable(what, waitedMs, error), needsOf(lane.topic)))
    abandon(lane)
  }
  async function answered(lane: Lane, result: ProduceResult): Promise<void> {
    if (result.errorCode === 0) return acknowledged(lane, result.baseOffset)
    const error = refusal(head(lane), result)
    // It is there already, but so long ago that the broker has forgotten where.
    if (kafkaName(error) === 'DUPLICATE_SEQUENCE_NUMBER') return acknowledged(lane, await offsetOfLast(lane))
    const halves = error.code === 'RECORD_TOO_LARGE' ? split(head(lane), stamp) : undefined
    if (halves === undefined) failed(lane, error)
    else lane.sealed.splice(0, 1, ...halves)
  }
  /** Of the last batch, which is ours: nobody else writes to a partition whose offsets are of interest. */
  async function offsetOfLast(lane: Lane): Promise<number> {
    const query = { partitions: [lane], timestamp: -1, isolation: 'read_uncommitted' } as const
    const what = `finding the end of ${lane.topic}-${lane.partition}`
    const [found] = await client.ask({ to: 'leader', of: lane }, what, (link) =>
      link.request(listOffsetsRequest(query)),
    )
    return (found?.offset ?? 0) - head(lane).count
  }
  async function request(load: readonly Lane[]): Promise<readonly ProduceResult[]> {
    const parts = load.map((lane) => ({ topic: lane.topic, partition: lane.partition, batch: head(lane).bytes }))
    // Less than the client waits, so that it hears of it when replicas do not follow.
    const timeoutMs = Math.ceil((settings.requestTimeoutMs * 2) / 3)
    const link = await client.links.to(directory.leaderOf(load[0]!)!)
    return link.request(produceRequest(parts, { transactionalId, timeoutMs }))
  }
  /** Those that are not in the log already, unknown to a broker that has forgotten us. */
  async function stillMissing(due: readonly Lane[]): Promise<readonly Lane[]> {
    const missing = new Set(due)
    const dubious = due.filter((lane) => lane.attempts > 0 && mayBeForgotten(head(lane), clock.now()))
    await Promise.all(
      dubious.map(async (lane) => {
        const where = { client, identity, leader: directory.leaderOf(lane)!, from: ends.get(placeOf(lane)) }
        try {
          const offset = await findAppended(lane, head(lane), where)
          if (offset === undefined) return
          missing.delete(lane)
          acknowledged(lane, offset)
        } catch (error) {
          // Who may write need not be allowed to read: then it is sent again without a look.
          if (reactionTo(error) === 'fail') return
          missing.delete(lane)
          failed(lane, error)
        }
      }),
    )
    return [...missing]
  }
  async function deliverLoad(load: readonly Lane[]): Promise<void> {
    const results = await request(load).catch((error: unknown) => {
      for (const lane of load) failed(lane, error)
    })
    if (results === undefined) return
    const byPlace = new Map(results.map((result) => [placeOf(result), result]))
    for (const lane of load) {
      const result = byPlace.get(placeOf(lane)) ?? leftOut(lane)
      await answered(lane, result).catch((error: unknown) => failed(lane, error))
    }
  }
  /** Waits where every lane has to, and gives those that may be sent now and have a leader. */
  async function ready(pending: readonly Lane[]): Promise<readonly Lane[]> {
    const pauseMs = Math.min(...pending.map(({ notBefore }) => notBefore)) - elapsed(clock)
    if (pauseMs > 0) await client.pause(pauseMs)
    const due = pending.filter(({ notBefore }) => notBefore <= elapsed(clock))
    const unsure = due.filter((lane) => lane.attempts > 0 || directory.leaderOf(lane) === undefined)
    if (unsure.length === 0) return due
    const refreshed = await directory.refresh(unsure.map(({ topic }) => topic)).then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    return due.filter((lane) => {
      if (directory.leaderOf(lane) !== undefined) return true
      failed(lane, refreshed?.error ?? leaderMissing(directory, lane))
      return false
    })
  }

  for (;;) {
    const pending = lanes.filter((lane) => inHand(lane) !== undefined)
    if (pending.length === 0) break
    const leaderOf = (lane: Lane) => directory.leaderOf(lane)!.id
    const due = await stillMissing(await ready(pending))
    const forbidden = options.forbidden?.()
    if (forbidden !== undefined) {
      if (pending.some(({ attempts }) => attempts > 0)) options.onDoubt()
      throw forbidden
    }
    const loads = loadsOf(due, leaderOf, (lane) => head(lane).bytes.length)
    await Promise.all(loads.map(deliverLoad))
  }
  if (failures.length > 0) throw failures[0]
  if (!tried) for (const { records } of batches) records.release()
  return appended
}

function refusal(
  { count, bytes }: SequencedBatch,
  { topic, partition, errorCode, message }: ProduceResult,
): MillraceError {
  const what = `appending ${count} records (${bytes.length} bytes) to ${topic}-${partition}`
  const details = { topic, partition, records: count, size: bytes.length }
  return kafkaError(errorCode, { what, details, said: message })
}

function leftOut({ topic, partition }: Lane): ProduceResult {
  return { topic, partition, errorCode: -1, baseOffset: -1, message: 'the broker left the partition out of its answer' }
}
