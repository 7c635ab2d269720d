import { elapsed } from '../../clock'
import { MillraceError } from '../../errors'
import type { IsolationLevel } from '../port'
import { type Client, leaderMissing, retryDelayMs, type Shared } from './client'
import { fromKafkajs, kafkaError, kafkaName, reactionTo } from './errors'
import { explained, onTopics } from './needs'
import { type FetchResult, fetchRequest } from './protocol/fetch'
import { placeOf } from './protocol/grouped'
import type { NodeAddress } from './protocol/metadata'
import { listOffsetsRequest } from './protocol/offsets'
import { isFull, keep, noteFailure, type Reading, wantsMore } from './reading'

/** How long a broker holds a fetch back while there is nothing to give. */
const FETCH_WAIT_MS = 500
const MAX_FETCH_BYTES = 16 * 1024 * 1024
/**
 * The same for a fetch that leaves out partitions of which enough was fetched ahead: they may be wanted again at any
 * moment, and shall not wait long for others on which nothing happens.
 */
const SHORT_WAIT_MS = 20

export interface FetchingOptions {
  readonly shared: Shared
  readonly client: Client
  readonly isolation: IsolationLevel
  readonly maxBytesPerPartition: number
  /** What is read now; what is no longer among it is dropped when its fetch comes back. */
  readings(): ReadonlyMap<string, Reading>
  /** Called when something may have become takeable. */
  onArrival(): void
}

/** Keeps the readings of one reader filled. */
export interface Fetching {
  /** Sends a fetch to each broker that has something to fetch for us and is not busy with it. */
  pump(): void
  close(): void
}

export function createFetching(options: FetchingOptions): Fetching {
  const { shared, client, isolation, maxBytesPerPartition: maxBytes, onArrival } = options
  const { directory, settings, outageAfterMs } = shared
  const { clock } = settings
  const closing = new AbortController()
  /** Ids of the brokers that are busy with a fetch for us. */
  const underWay = new Set<number>()
  /** What waits for its leader to be found or to come back. */
  const ailing = new Set<Reading>()
  let healing = false
  let turn = 0

  /** It is not when it was assigned anew while its fetch was under way. */
  const isCurrent = (reading: Reading) => options.readings().get(placeOf(reading)) === reading

  function pump(): void {
    if (closing.signal.aborted) return
    const led = new Map<NodeAddress, Reading[]>()
    for (const reading of options.readings().values()) {
      const leader = directory.leaderOf(reading)
      if (leader === undefined) {
        if (wantsMore(reading, maxBytes)) lookAfter(reading)
        continue
      }
      const others = led.get(leader)
      if (others === undefined) led.set(leader, [reading])
      else others.push(reading)
    }
    for (const [leader, readings] of led) fetchFrom(leader, readings)
  }
  function fetchFrom(leader: NodeAddress, readings: readonly Reading[]): void {
    if (underWay.has(leader.id)) return
    const wanted = readings.filter((reading) => wantsMore(reading, maxBytes))
    if (wanted.length === 0 || readings.some((reading) => isFull(reading, maxBytes))) return
    turn += 1
    // The broker fills its answer in the order asked: not always the same partitions shall find no room.
    const from = turn % wanted.length
    const maxWaitMs = wanted.length === readings.length ? FETCH_WAIT_MS : SHORT_WAIT_MS
    void fetch(leader, [...wanted.slice(from), ...wanted.slice(0, from)], maxWaitMs)
  }
  async function fetch(leader: NodeAddress, wanted: readonly Reading[], maxWaitMs: number): Promise<void> {
    underWay.add(leader.id)
    for (const reading of wanted) reading.busy = true
    try {
      const results = new Map((await request(leader, wanted, maxWaitMs)).map((result) => [placeOf(result), result]))
      for (const reading of wanted) {
        const result = results.get(placeOf(reading))
        reading.busy = false
        if (result !== undefined && isCurrent(reading)) receive(reading, result)
      }
    } catch (error) {
      for (const reading of wanted) failed(reading, error)
    }
    underWay.delete(leader.id)
    onArrival()
    pump()
  }
  async function request(leader: NodeAddress, wanted: readonly Reading[], maxWaitMs: number) {
    const limits = { isolation, maxWaitMs, maxBytes: MAX_FETCH_BYTES, maxBytesPerPartition: maxBytes }
    const link = await client.links.to(leader)
    const { errorCode, partitions } = await link.request(fetchRequest(wanted, limits), maxWaitMs)
    if (errorCode !== 0) throw kafkaError(errorCode, { what: `fetching from ${leader.host}:${leader.port}` })
    return partitions
  }
  function receive(reading: Reading, result: FetchResult): void {
    const { errorCode, highWatermark, lastStableOffset, aborted, bytes } = result
    if (errorCode !== 0) {
      failed(reading, kafkaError(errorCode, { what: whatFails(reading), details: detailsOf(reading) }))
      return
    }
    try {
      const committed = isolation === 'read_committed'
      const chunk = { bytes, endOffset: committed ? lastStableOffset : highWatermark }
      keep(reading, { ...chunk, aborted: committed ? aborted : undefined })
    } catch (error) {
      failed(reading, error)
    }
  }
  function failed(reading: Reading, error: unknown): void {
    reading.busy = false
    if (closing.signal.aborted) return
    if (kafkaName(error) === 'OFFSET_OUT_OF_RANGE') {
      void confirmRange(reading)
    } else if (reactionTo(error) === 'fail') {
      ailing.delete(reading)
      const needs = { topic: onTopics('READ', [reading.topic]) }
      reading.error = explained(fromKafkajs(error, whatFails(reading)), needs) as MillraceError
    } else {
      noteFailure(reading, error, elapsed(clock), outageAfterMs)
      lookAfter(reading)
    }
  }
  /** A leader that has just been elected, or one that is none any more, may not know the offset yet. */
  async function confirmRange(reading: Reading): Promise<void> {
    reading.busy = true
    const what = `finding the ends of ${reading.topic}-${reading.partition}`
    const find = (timestamp: number) =>
      client.ask({ to: 'leader', of: reading }, what, async (link) => {
        const query = { partitions: [reading], timestamp, isolation: 'read_uncommitted' } as const
        const [found] = await link.request(listOffsetsRequest(query))
        if (found === undefined || found.errorCode !== 0) throw kafkaError(found?.errorCode ?? -1, { what })
        return found.offset
      })
    try {
      const [startOffset, endOffset] = await Promise.all([find(-2), find(-1)])
      const offset = reading.fetchOffset
      const within = offset >= startOffset && offset <= endOffset
      failed(reading, within ? kafkaError(78, { what }) : outOfRange(reading, startOffset, endOffset))
    } catch (error) {
      failed(reading, error)
    }
    onArrival()
  }
  function lookAfter(reading: Reading): void {
    reading.busy = true
    ailing.add(reading)
    if (healing) return
    healing = true
    void heal()
  }
  /** Asks who leads what is ailing, until all have a leader to fetch from. */
  async function heal(): Promise<void> {
    while (ailing.size > 0 && !closing.signal.aborted) {
      const attempts = Math.max(...Array.from(ailing, (reading) => reading.attempts))
      if (attempts > 0) await clock.sleep(retryDelayMs('metadata', attempts - 1), closing.signal)
      const patients = [...ailing]
      const topics = new Set(patients.map(({ topic }) => topic))
      const problem = await directory.refresh([...topics]).then(
        () => undefined,
        (error: unknown) => ({ error }),
      )
      for (const reading of patients) {
        if (problem === undefined && directory.leaderOf(reading) !== undefined) {
          ailing.delete(reading)
          reading.busy = false
        } else if (!isCurrent(reading)) {
          ailing.delete(reading)
        } else {
          failed(reading, problem?.error ?? leaderMissing(directory, reading))
        }
      }
      onArrival()
      pump()
    }
    healing = false // with nothing awaited since the last look at what ails
  }

  return { pump, close: () => closing.abort() }
}

const detailsOf = ({ topic, partition, fetchOffset }: Reading) => ({ topic, partition, offset: fetchOffset })

const whatFails = ({ topic, partition, fetchOffset }: Reading) =>
  `reading ${topic}-${partition} from offset ${fetchOffset}`

function outOfRange(reading: Reading, startOffset: number, endOffset: number): MillraceError {
  const message = `${whatFails(reading)}: it holds the offsets from ${startOffset} to before ${endOffset}`
  return new MillraceError('OFFSET_OUT_OF_RANGE', message, {
    details: { ...detailsOf(reading), startOffset, endOffset },
  })
}
