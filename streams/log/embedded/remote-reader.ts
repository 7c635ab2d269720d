import { MillraceError } from '../../errors'
import type { LogReader, PartitionOffset, ReaderOptions, TopicPartition } from '../port'
import { type PackedBatch, unpackBatch } from './remote'
import type { Call } from './remote-call'

/** A reader whose polls wait in the owner of the log. */
export function remoteReader(call: Call, { isolation, maxBytesPerPartition }: ReaderOptions): LogReader {
  let positions: readonly PartitionOffset[] = []
  let paused: ReadonlySet<string> = new Set()
  let waiting: AbortController | undefined
  let isWoken = false
  let isClosed = false

  const wake = () => waiting?.abort()

  async function poll(maxWaitMs: number): Promise<PackedBatch[]> {
    const controller = new AbortController()
    waiting = controller
    const active = positions.filter((position) => !paused.has(keyOf(position)))
    try {
      const waitMs = isWoken ? 0 : maxWaitMs
      const body = { positions: active, isolation, maxBytesPerPartition, maxWaitMs: waitMs }
      return await call('poll', body, { signal: controller.signal, waitMs })
    } catch (error) {
      if (controller.signal.aborted) return []
      throw error
    } finally {
      waiting = undefined
      isWoken = false
    }
  }

  return {
    assign(assigned) {
      positions = assigned
      wake()
    },
    pause(partitions) {
      paused = new Set([...paused, ...partitions.map(keyOf)])
      wake()
    },
    resume(partitions) {
      const resumed = new Set(partitions.map(keyOf))
      paused = new Set([...paused].filter((key) => !resumed.has(key)))
      wake()
    },
    async poll(maxWaitMs) {
      if (isClosed) throw new MillraceError('CLOSED', 'the reader is closed')
      const before = positions
      const batches = (await poll(maxWaitMs)).map(unpackBatch)
      // What was asked for is no longer wanted where the assignment has changed meanwhile.
      if (positions !== before) return []
      const next = new Map(batches.map((batch) => [keyOf(batch), batch.nextOffset]))
      positions = positions.map((position) => ({ ...position, offset: next.get(keyOf(position)) ?? position.offset }))
      return batches
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

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
