import { FencedError, MillraceError } from '../../errors'
import { type BatchHeader, nextSequence } from '../records'

/** What each producer last appended to one partition, so that a batch sent twice is stored once (KIP-98). */
export interface Sequences {
  /**
   * The offset of this batch if it is there already.
   * @throws FencedError PRODUCER_FENCED for an older epoch; MillraceError BATCH_CORRUPT for a batch out of sequence
   */
  duplicateOf(batch: BatchHeader): number | undefined
  note(batch: BatchHeader): void
}

interface Appended {
  readonly baseSequence: number
  /** Records the batch held when it was appended; compaction may have left fewer. */
  readonly count: number
  readonly baseOffset: number
}

interface Producer {
  readonly epoch: number
  /** The latest batches, as many as Kafka remembers. */
  readonly latest: Appended[]
}

const rememberedBatches = 5
/** Beyond this the producers that have been silent for longest are forgotten. */
const rememberedProducers = 1000

export function trackSequences(): Sequences {
  const producers = new Map<number, Producer>()

  return {
    duplicateOf(batch) {
      const { producerId, producerEpoch, baseSequence, baseOffset } = batch
      const producer = producers.get(producerId)
      if (producerId < 0 || producer === undefined || producerEpoch > producer.epoch) return undefined
      if (producerEpoch < producer.epoch) {
        throw new FencedError(
          'PRODUCER_FENCED',
          `producer ${producerId} has epoch ${producerEpoch}, but epoch ${producer.epoch} has written after it`,
          { details: { producerId } },
        )
      }
      const same = producer.latest.find((each) => each.baseSequence === baseSequence && each.count === spanOf(batch))
      if (same !== undefined) return same.baseOffset
      const last = producer.latest.at(-1)!
      const expected = nextSequence(last.baseSequence, last.count)
      if (baseSequence === expected) return undefined
      throw new MillraceError(
        'BATCH_CORRUPT',
        `producer ${producerId} sent sequence ${baseSequence} where ${expected} was to come`,
        { details: { producerId, offset: baseOffset } },
      )
    },
    note(batch) {
      const { producerId, producerEpoch, baseSequence, baseOffset } = batch
      if (producerId < 0) return
      const known = producers.get(producerId)
      const latest = known?.epoch === producerEpoch ? known.latest : []
      latest.push({ baseSequence, count: spanOf(batch), baseOffset })
      if (latest.length > rememberedBatches) latest.shift()
      producers.delete(producerId)
      producers.set(producerId, { epoch: producerEpoch, latest })
      if (producers.size > rememberedProducers) producers.delete(producers.keys().next().value!)
    },
  }
}

/** Offsets a batch takes. */
export function spanOf({ baseOffset, lastOffset }: BatchHeader): number {
  return lastOffset - baseOffset + 1
}
