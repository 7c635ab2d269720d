import { type MillraceError, messageOf, TerminalError } from '../../errors'
import type { AppendedBatch, OutgoingBatch } from '../port'
import { nextSequence } from '../records'
import { type Identity, type SequencedBatch, split } from './batches'
import { type Client, leaderMissing, patience, retryDelayMs, type Shared, unavailable } from './client'
import { kafkaError, kafkaName, reactionTo } from './errors'
import { abandon, advance, headOf, type Lane, lanesOf, placeOf, stampOf } from './lanes'
import { listOffsetsRequest } from './protocol/offsets'
import { type ProduceResult, produceRequest } from './protocol/produce'

/** Appends batches as one idempotent producer: each partition in order, a retry with the same sequence number (KIP-98). */
export interface Sender {
  /** One call at a time. @throws as LogProducer.send */
  send(batches: readonly OutgoingBatch[], identity: Identity): Promise<readonly AppendedBatch[]>
  /**
   * Whether the broker's idea of our sequence numbers may differ from ours, since something was given up without an
   * answer. Then nothing may be sent under the same identity again: it could be taken for what was given up.
   */
  readonly doubtful: boolean
  /** Begins anew, for a new identity. */
  reset(): void
}

export interface SenderOptions {
  readonly client: Client
  readonly shared: Shared
  readonly transactionalId: string | null
}

/** Within the 100 MiB that a broker takes by default, and small enough not to hold up other partitions for long. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024

/** A request's parts: lanes that have one leader. */
interface Load {
  readonly lanes: Lane[]
  bytes: number
}

export function createSender({ client, shared, transactionalId }: SenderOptions): Sender {
  const { directory, settings } = shared
  const { clock, logger } = settings
  const transactional = transactionalId !== null
  const sequences = new Map<string, number>()
  let doubtful = false

  async function send(batches: readonly OutgoingBatch[], identity: Identity): Promise<readonly AppendedBatch[]> {
    const appended = batches.map(({ topic, partition }) => ({ topic, partition, baseOffset: -1, nextOffset: -1 }))
    const lanes = lanesOf(batches)
    const failures: unknown[] = []
    const head = (lane: Lane) =>
      headOf(lane, stampOf(identity, transactional, sequences.get(placeOf(lane)) ?? 0)) as SequencedBatch

    function acknowledged(lane: Lane, baseOffset: number): void {
      const { count, sequence } = head(lane)
      sequences.set(placeOf(lane), nextSequence(sequence, count))
      const result = appended[lane.index]!
      if (result.baseOffset < 0) result.baseOffset = baseOffset
      result.nextOffset = baseOffset + count
      advance(lane)
    }
    function failed(lane: Lane, error: unknown): void {
      const now = clock.now()
      const reaction = reactionTo(error)
      lane.failingSince ??= now
      const waited = now - lane.failingSince
      if (reaction !== 'fail' && waited < patience(error, shared.outageAfterMs)) {
        logger.debug({ topic: lane.topic, partition: lane.partition, err: error }, `sending again: ${messageOf(error)}`)
        lane.notBefore = now + retryDelayMs(reaction, lane.attempts)
        lane.attempts += 1
        return
      }
      // A refusal of the first attempt says that nothing was appended; after anything else nobody knows.
      doubtful ||= reaction !== 'fail' || lane.attempts > 0 || !(error instanceof TerminalError)
      failures.push(unavailable(`appending to ${lane.topic}-${lane.partition}`, waited, error))
      abandon(lane)
    }
    async function answered(lane: Lane, result: ProduceResult): Promise<void> {
      const error = result.errorCode === 0 ? undefined : refusal(head(lane), result)
      if (error === undefined) return acknowledged(lane, result.baseOffset)
      // It is there already, but so long ago that the broker has forgotten where.
      if (kafkaName(error) === 'DUPLICATE_SEQUENCE_NUMBER') return acknowledged(lane, await assumedOffset(lane))
      const halves = error.code === 'RECORD_TOO_LARGE' ? split(head(lane), { ...identity, transactional }) : undefined
      if (halves === undefined) return failed(lane, error)
      lane.sealed.splice(0, 1, ...halves)
    }
    /** Nobody else writes to a partition of which offsets matter, so ours is the last batch. */
    async function assumedOffset(lane: Lane): Promise<number> {
      const query = { partitions: [lane], timestamp: -1, isolation: 'read_uncommitted' } as const
      const where = `finding the end of ${lane.topic}-${lane.partition}`
      const found = await client.ask({ to: 'leader', of: lane }, where, (link) =>
        link.request(listOffsetsRequest(query)),
      )
      return (found[0]?.offset ?? 0) - head(lane).count
    }
    async function deliver({ lanes: load }: Load): Promise<void> {
      const results = await request(load).catch((error: unknown) => {
        for (const lane of load) failed(lane, error)
      })
      if (results === undefined) return
      for (const lane of load) {
        const result = results.find(({ topic, partition }) => topic === lane.topic && partition === lane.partition)
        await answered(lane, result ?? missing(lane)).catch((error: unknown) => failed(lane, error))
      }
    }
    async function request(load: readonly Lane[]): Promise<readonly ProduceResult[]> {
      const parts = load.map((lane) => ({ topic: lane.topic, partition: lane.partition, batch: head(lane).bytes }))
      const timeoutMs = settings.requestTimeoutMs
      const link = await client.links.to(directory.leaderOf(load[0]!)!)
      return link.request(produceRequest(parts, { transactionalId, timeoutMs }), timeoutMs)
    }
    /** Waits where every lane has to; asks for the leaders of those that have none or whose leader refused. */
    async function prepare(pending: readonly Lane[]): Promise<readonly Lane[]> {
      const pauseMs = Math.min(...pending.map(({ notBefore }) => notBefore)) - clock.now()
      if (pauseMs > 0) await client.pause(pauseMs)
      const ready = pending.filter(({ notBefore }) => notBefore <= clock.now())
      const unsure = ready.filter((lane) => lane.attempts > 0 || directory.leaderOf(lane) === undefined)
      if (unsure.length === 0) return ready
      const topics = unsure.map(({ topic }) => topic)
      const failure = await directory.refresh(topics).then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      const led = ready.filter((lane) => directory.leaderOf(lane) !== undefined)
      for (const lane of ready) {
        if (!led.includes(lane)) failed(lane, failure?.error ?? leaderMissing(directory, lane))
      }
      return led
    }

    for (;;) {
      const pending = lanes.filter((lane) => head(lane) !== undefined)
      if (pending.length === 0) break
      const ready = await prepare(pending)
      const byLeader = (lane: Lane) => directory.leaderOf(lane)!.id
      await Promise.all(loads(ready, byLeader, (lane) => head(lane).bytes.length).map(deliver))
    }
    if (failures.length > 0) throw failures[0]
    return appended
  }

  return {
    send,
    get doubtful() {
      return doubtful
    },
    reset() {
      sequences.clear()
      doubtful = false
    },
  }
}

function loads(lanes: readonly Lane[], leaderOf: (lane: Lane) => number, sizeOf: (lane: Lane) => number): Load[] {
  const all: Load[] = []
  const open = new Map<number, Load>()
  for (const lane of lanes) {
    const leader = leaderOf(lane)
    const size = sizeOf(lane)
    let load = open.get(leader)
    if (load === undefined || load.bytes + size > MAX_REQUEST_BYTES) {
      load = { lanes: [], bytes: 0 }
      open.set(leader, load)
      all.push(load)
    }
    load.lanes.push(lane)
    load.bytes += size
  }
  return all
}

function refusal(
  { count, bytes }: SequencedBatch,
  { topic, partition, errorCode, message }: ProduceResult,
): MillraceError {
  const what = `appending ${count} records (${bytes.length} bytes) to ${topic}-${partition}`
  const details = { topic, partition, records: count, size: bytes.length }
  return kafkaError(errorCode, { what, details, said: message })
}

function missing({ topic, partition }: Lane): ProduceResult {
  return { topic, partition, errorCode: -1, baseOffset: -1, message: 'the broker left the partition out of its answer' }
}
