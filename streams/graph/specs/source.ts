import type { Header } from '../../log/port'
import type { Serde } from '../../serdes/serde'
import type { ErrorPolicy } from '../policy'

export interface ErasedTopic {
  readonly name: string
  readonly key: Serde<unknown>
  readonly value: Serde<unknown>
  readonly partitions?: number
  readonly config: Readonly<Record<string, string>>
}

/** The record as a timestamp extractor sees it. */
export interface ExtractedRecord {
  readonly key: unknown
  readonly value: unknown
  /** ms, as the producer or the broker set it. */
  readonly timestamp: number
  readonly headers: readonly Header[]
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Gives the record's time in ms; `partitionTime` is the largest so far in its partition, -1 before the first. */
export type TimestampExtractor = (record: ExtractedRecord, partitionTime: number) => number

export type OffsetReset = 'earliest' | 'latest' | 'none'

export interface SourceSpec {
  readonly topic: ErasedTopic
  readonly timestampExtractor?: TimestampExtractor
  readonly offsetReset?: OffsetReset
  readonly onError?: Partial<ErrorPolicy>
  /** Tables and global tables take null as a tombstone, whatever the serde says. */
  readonly tombstones?: boolean
}

/** A topic chosen per record, always one of those declared. */
export interface ChosenTopic {
  readonly among: readonly ErasedTopic[]
  readonly choose: (
    value: unknown,
    key: unknown,
    record: { readonly timestamp: number; readonly headers: readonly Header[] },
  ) => ErasedTopic
}

export interface SinkSpec {
  readonly topic: ErasedTopic | ChosenTopic
  /** The partition for a record; default murmur2 of the key's bytes, as Kafka's own producer. */
  readonly partitioner?: (value: unknown, key: unknown, partitions: number) => number
}

/** Every topic a sink may write to. */
export function sinkTopics({ topic }: SinkSpec): readonly ErasedTopic[] {
  return 'among' in topic ? topic.among : [topic]
}

/** A topic of our own between two sub-topologies: `<app-id>-<repartition>-repartition`. */
export interface RepartitionSpec {
  readonly repartition: string
  readonly key: Serde<unknown>
  readonly value: Serde<unknown>
  readonly partitions?: number
  readonly partitioner?: (value: unknown, key: unknown, partitions: number) => number
  /** Whether records without a key pass, as they do to a left or outer join (KIP-962). Default false: they are dropped. */
  readonly keepsNullKeys?: boolean
}

export interface SourceSpecs {
  source: SourceSpec
  sink: SinkSpec
  repartition: RepartitionSpec
}
