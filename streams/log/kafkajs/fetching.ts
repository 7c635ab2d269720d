import { elapsed } from '../../clock'
import type { MillraceError } from '../../errors'
import type { IsolationLevel } from '../port'
import { type Client, leaderMissing, retryDelayMs, type Shared } from './client'
import { fromKafkajs, kafkaError, kafkaName, reactionTo } from './errors'
import type { LinkSet } from './link-set'
import { explained, onTopics } from './needs'
import { type FetchResult, fetchRequest } from './protocol/fetch'
import { placeOf } from './protocol/grouped'
import type { NodeAddress } from './protocol/metadata'
import { rangeError } from './range'
import { isFull, keep, noteFailure, type Reading, wantsMore, whatFails } from './reading'

/** How long a broker holds a fetch back while there is nothing to give. */
const FETCH_WAIT_MS = 500
const MAX_FETCH_BYTES = 16 * 1024 * 1024
/**
 * The same for a fetch that leaves out some partitions: those of which enough was fetched ahead may be wanted again at any
 * moment, and shall not wait long for others on which nothing happens.
 */
const SHORT_WAIT_MS = 20

export interface FetchingOptions {
  readonly shared: Shared
  readonly client: Client
  /** Makes connections of their own for what is new; they are closed when they are no longer needed. */
  newLinks(): LinkSet
  readonly isolation: IsolationLevel
  readonly maxBytesPerPartition: number
  /** What is read now; what is no longer among it is dropped when its fetch comes back. */
  readings(): ReadonlyMap<string, Reading>
  /** Called when something may have become takeable. */
  onArrival(): void
}

/** Keeps the readings of one reader filled. */
export interface Fetching {
  /**
   * Sends a fetch to each broker that has something to fetch for us and is not busy with it. A broker answers what comes over
   * one connection one by one, so what is new while it holds a fetch back is fetched over another one until then.
   */
  pump(): void
  close(): void
}

export function createFetching(options: FetchingOptions): Fetching {
  const { shared, client, isolation, maxBytesPerPartition: maxBytes, onArrival } = options
  const { directory, settings, outageAfterMs } = shared
  const { clock } = settings
  const closing = new AbortController()
  /** For how long each broker that is busy with a fetch for us may hold it back (ms), by its id. */
  const underWay = new Map<number, number>()
  /** Ids of the brokers that are busy with a fetch of what is new. */
  const underWayAside = new Set<number>()
  /** Connections for what is new, as long as there is need of them. */
  let aside: LinkSet | undefined
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
    const wanted = readings.filter((reading) => wantsMore(reading, maxBytes))
    if (wanted.length === 0) return
    const heldMs = underWay.get(leader.id)
    if (heldMs !== undefined) {
      // It asks for all that was read of this broker when it was sent: what is wanted beside it is new.
      if (heldMs > SHORT_WAIT_MS && !underWayAside.has(leader.id)) void fetchAside(leader, wanted)
    } else if (!readings.some((reading) => isFull(reading, maxBytes))) {
      turn += 1
      // The broker fills its answer in the order asked: not always the same partitions shall find no room.
      const from = turn % wanted.length
      const maxWaitMs = wanted.length === readings.length ? FETCH_WAIT_MS : SHORT_WAIT_MS
      void fetchUsual(leader, [...wanted.slice(from), ...wanted.slice(0, from)], maxWaitMs)
    }
  }
  async function fetchUsual(leader: NodeAddress, wanted: readonly Reading[], maxWaitMs: number): Promise<void> {
    underWay.set(leader.id, maxWaitMs)
    await fetch(leader, wanted, { maxWaitMs, links: client.links })
    underWay.delete(leader.id)
    arrived()
  }
  async function fetchAside(leader: NodeAddress, wanted: readonly Reading[]): Promise<void> {
    underWayAside.add(leader.id)
    aside ??= options.newLinks()
    await fetch(leader, wanted, { maxWaitMs: SHORT_WAIT_MS, links: aside })
    underWayAside.delete(leader.id)
    arrived()
    if (underWayAside.size > 0) return
    aside?.close()
    aside = undefined
  }
  function arrived(): void {
    onArrival()
    pump()
  }
  async function fetch(leader: NodeAddress, wanted: readonly Reading[], how: FetchHow): Promise<void> {
    for (const reading of wanted) reading.busy = true
    try {
      const results = new Map((await request(leader, wanted, how)).map((result) => [placeOf(result), result]))
      for (const reading of wanted) {
        const result = results.get(placeOf(reading))
        reading.busy = false
        if (result !== undefined && isCurrent(reading)) receive(reading, result)
      }
    } catch (error) {
      for (const reading of wanted) failed(reading, error)
    }
  }
  async function request(leader: NodeAddress, wanted: readonly Reading[], { links, maxWaitMs }: FetchHow) {
    const limits = { isolation, maxWaitMs, maxBytes: MAX_FETCH_BYTES, maxBytesPerPartition: maxBytes }
    const link = await links.to(leader)
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
  async function confirmRange(reading: Reading): Promise<void> {
    reading.busy = true
    failed(reading, await rangeError(reading, client))
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

  function close(): void {
    closing.abort()
    aside?.close()
  }

  return { pump, close }
}

interface FetchHow {
  readonly maxWaitMs: number
  readonly links: LinkSet
}

const detailsOf = ({ topic, partition, fetchOffset }: Reading) => ({ topic, partition, offset: fetchOffset })
