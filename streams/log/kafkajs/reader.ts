import { MillraceError } from '../../errors'
import type { FetchedBatch, LogReader, ReaderOptions, TopicPartition } from '../port'
import { createClient, type Shared } from './client'
import { fromKafkajs } from './errors'
import { createFetching } from './fetching'
import { createLinkSet } from './link-set'
import { placeOf } from './protocol/grouped'
import { canBeTaken, type Reading, startReading, take } from './reading'
import { over } from './within'

const MAX_BYTES_PER_PARTITION = 1024 * 1024

/** Reads given partitions from given offsets; the next fetches are under way while what was polled is worked on. */
export function openReader(shared: Shared, options: ReaderOptions): LogReader {
  const { clock } = shared.settings
  const { isolation, maxBytesPerPartition = MAX_BYTES_PER_PARTITION } = options
  const client = createClient(shared)
  let readings = new Map<string, Reading>()
  let closed = false
  /** Ends the wait of the poll under way. */
  let wake: () => void = () => undefined
  /** A wake-up that found no poll waiting is for the next one. */
  let woken = false

  const onArrival = () => {
    if ([...readings.values()].some(canBeTaken)) wake()
  }
  const fetching = createFetching({
    shared,
    client,
    newLinks: () => createLinkSet(shared.settings),
    isolation,
    maxBytesPerPartition,
    onArrival,
    readings: () => readings,
  })

  /** @throws what has failed since the last poll */
  function takeAll(): readonly FetchedBatch[] {
    if (closed) throw new MillraceError('CLOSED', 'the reader is closed')
    for (const reading of readings.values()) throwFailure(reading)
    const batches: FetchedBatch[] = []
    for (const reading of readings.values()) {
      const batch = reading.paused || reading.chunks.length === 0 ? undefined : takeFrom(reading)
      if (batch !== undefined) batches.push(batch)
    }
    fetching.pump()
    return batches
  }
  function throwFailure(reading: Reading): void {
    const { error } = reading
    if (error === undefined) return
    reading.error = undefined
    throw error
  }
  /** What cannot be decoded is thrown by the next poll, so that nothing of the other partitions is lost with it. */
  function takeFrom(reading: Reading): FetchedBatch | undefined {
    try {
      return take(reading, maxBytesPerPartition)
    } catch (error) {
      // In place of the old one, so that a fetch under way, which goes on behind this point, is dropped.
      const again = startReading({ ...reading, offset: reading.position })
      again.error = fromKafkajs(error, `reading ${placeOf(reading)}`)
      readings.set(placeOf(reading), again)
      return undefined
    }
  }
  async function arrival(maxWaitMs: number): Promise<void> {
    const waiting = new AbortController()
    wake = () => waiting.abort(over)
    if (!woken) await clock.sleep(maxWaitMs, waiting.signal)
    woken = false
  }
  function setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    for (const partition of partitions) {
      const reading = readings.get(placeOf(partition))
      if (reading !== undefined) reading.paused = paused
    }
    fetching.pump()
    onArrival()
  }

  return {
    assign(positions) {
      const kept = (place: string, offset: number) => {
        const reading = readings.get(place)
        return reading?.position === offset ? reading : undefined
      }
      readings = new Map(
        positions.map((position) => {
          const place = placeOf(position)
          return [place, kept(place, position.offset) ?? startReading(position)]
        }),
      )
      fetching.pump()
    },
    pause: (partitions) => setPaused(partitions, true),
    resume: (partitions) => setPaused(partitions, false),
    async poll(maxWaitMs) {
      const batches = takeAll()
      if (batches.length > 0 || maxWaitMs <= 0 || [...readings.values()].some(canBeTaken)) return batches
      await arrival(maxWaitMs)
      return takeAll()
    },
    wakeup() {
      woken = true
      wake()
    },
    async close() {
      closed = true
      fetching.close()
      client.close()
      wake()
    },
  }
}
