import { MillraceError } from '../errors'
import type { OffsetReset } from '../graph/specs/source'
import type { FetchedBatch, LogReader, PartitionOffset, TopicPartition } from '../log/port'
import type { Logger } from '../logger'

/** A partition with this many records waiting is not read until half of them are gone. */
const MAX_BUFFERED = 2_000

export interface ReadingOptions {
  readonly reader: LogReader
  readonly applicationId: string
  readonly logger: Logger
  readonly offsetReset: (topic: string) => OffsetReset
}

/** What a worker reads: the inputs of its open tasks, each from where its task stands, as fast as the tasks take it. */
export interface Reading {
  /** Begins to read, or goes back to, these positions. */
  begin(positions: readonly PartitionOffset[]): void
  /** Leaves off reading what `isOurs` no longer says is ours. */
  keep(isOurs: (partition: TopicPartition) => boolean): void
  /** @throws OutageError; MillraceError OFFSET_OUT_OF_RANGE where the source says `offsetReset: 'none'` */
  poll(maxWaitMs: number): Promise<readonly FetchedBatch[]>
  /** Pauses partitions of which enough waits (undefined: no task takes it now), resumes the others. */
  balance(buffered: (partition: TopicPartition) => number | undefined): void
}

export function reading({ reader, applicationId, logger, offsetReset }: ReadingOptions): Reading {
  const positions = new Map<string, PartitionOffset>()
  const paused = new Set<string>()
  const placeOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`

  const assign = () => {
    reader.assign([...positions.values()])
    const still = [...paused].flatMap((place) => positions.get(place) ?? [])
    if (still.length > 0) reader.pause(still)
  }
  /** What was to be read is gone (retention) or never was (a topic made anew). */
  const reset = (error: MillraceError) => {
    const { topic, partition, offset, startOffset, endOffset } = error.details as {
      readonly topic: string
      readonly partition: number
    } & Readonly<Record<'offset' | 'startOffset' | 'endOffset', number>>
    const how = offsetReset(topic)
    if (how === 'none' || !positions.has(placeOf({ topic, partition }))) throw error
    const from = how === 'earliest' ? startOffset : endOffset
    logger.warn(
      { applicationId, topic, partition, offset, startOffset, endOffset },
      `${applicationId}: ${topic}-${partition} holds offsets ${startOffset} to ${endOffset}, not ${offset}: reading on from ${from} (offsetReset ${how})`,
    )
    positions.set(placeOf({ topic, partition }), { topic, partition, offset: from })
    assign()
  }

  return {
    begin: (from) => {
      if (from.length === 0) return
      for (const position of from) positions.set(placeOf(position), position)
      assign()
    },
    keep: (isOurs) => {
      const gone = [...positions].filter(([, position]) => !isOurs(position))
      if (gone.length === 0) return
      for (const [place] of gone) {
        positions.delete(place)
        paused.delete(place)
      }
      assign()
    },
    poll: async (maxWaitMs) => {
      try {
        const batches = await reader.poll(maxWaitMs)
        for (const { topic, partition, nextOffset } of batches) {
          positions.set(placeOf({ topic, partition }), { topic, partition, offset: nextOffset })
        }
        return batches
      } catch (error) {
        if (!(error instanceof MillraceError) || error.code !== 'OFFSET_OUT_OF_RANGE') throw error
        reset(error)
        return []
      }
    },
    balance: (buffered) => {
      for (const [place, position] of positions) {
        const waiting = buffered(position) ?? Number.POSITIVE_INFINITY
        if (waiting >= MAX_BUFFERED && !paused.has(place)) {
          paused.add(place)
          reader.pause([position])
        } else if (waiting < MAX_BUFFERED / 2 && paused.has(place)) {
          paused.delete(place)
          reader.resume([position])
        }
      }
    },
  }
}
