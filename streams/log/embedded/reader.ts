import { setImmediate as immediate } from 'node:timers/promises'
import { type Clock, elapsed } from '../../clock'
import { MillraceError } from '../../errors'
import type { FetchedBatch, LogReader, PartitionOffset, ReaderOptions, TopicPartition } from '../port'
import { PackedRecords, packedRecords, verifyChecksum } from '../records'
import type { Fetched } from './partition'
import type { Topics } from './topics'

const defaultMaxBytes = 1024 * 1024

interface Position extends TopicPartition {
  offset: number
  isPaused: boolean
}

/** A reader that is woken by the appends themselves. */
export function openReader(topics: Topics, clock: Clock, options: ReaderOptions): LogReader {
  const { maxBytesPerPartition: maxBytes = defaultMaxBytes } = options
  const committed = options.isolation === 'read_committed'
  let positions = new Map<string, Position>()
  let waiting: AbortController | undefined
  let isWoken = false
  let isClosed = false

  const wake = () => waiting?.abort()
  const active = () => [...positions.values()].filter((position) => !position.isPaused)

  function setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const partition of partitions) {
      const position = positions.get(keyOf(partition))
      if (position !== undefined) position.isPaused = isPaused
    }
    wake()
  }

  /** Positions advance only when everything could be read and decoded. */
  function fetch(): FetchedBatch[] {
    const found = active().map((position) => {
      const fetched = topics.partition(position).fetch({ offset: position.offset, committed, maxBytes })
      return { position, batch: decoded(position, fetched) }
    })
    const advanced = found.filter(({ position, batch }) => batch.nextOffset > position.offset)
    for (const { position, batch } of advanced) position.offset = batch.nextOffset
    return advanced.map(({ batch }) => batch)
  }

  async function untilAdvance(ms: number): Promise<void> {
    const controller = new AbortController()
    waiting = controller
    const stops = active().map((position) => topics.partition(position).onAdvance(wake))
    await clock.sleep(ms, controller.signal)
    for (const stop of stops) stop()
    waiting = undefined
  }

  return {
    assign(assigned) {
      const before = positions
      positions = new Map(
        assigned.map((position) => {
          const isPaused = before.get(keyOf(position))?.isPaused ?? false
          return [keyOf(position), { ...position, isPaused }]
        }),
      )
      wake()
    },
    pause: (partitions) => setPaused(partitions, true),
    resume: (partitions) => setPaused(partitions, false),
    async poll(maxWaitMs) {
      if (isClosed) throw new MillraceError('CLOSED', 'the reader is closed')
      const deadline = elapsed(clock) + maxWaitMs
      // A loop that always finds something would otherwise keep every timer and socket of the process waiting.
      await immediate()
      for (;;) {
        if (isClosed) return []
        const found = fetch()
        const rest = deadline - elapsed(clock)
        if (found.length > 0 || isWoken || rest <= 0) {
          isWoken = false
          return found
        }
        await untilAdvance(rest)
      }
    },
    wakeup() {
      isWoken = true
      wake()
    },
    async close() {
      isClosed = true
      wake()
    },
  }
}

function decoded(
  { topic, partition, offset }: PartitionOffset,
  { batches, nextOffset, endOffset }: Fetched,
): FetchedBatch {
  const parts = batches.map(({ header, bytes }) => {
    verifyChecksum(bytes, header)
    return packedRecords(bytes, header, offset)
  })
  return { topic, partition, records: PackedRecords.join(parts), nextOffset, endOffset }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
