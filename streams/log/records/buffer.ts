import type { Header } from '../port'

/** The codecs of Kafka, named as in its `compression.type`. */
export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** What a producer stamps on a sealed batch (record batch format v2; KIP-98). */
export interface ProducerStamp {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
  /** Loaded before (`loadCompression`). Default `none`. */
  readonly compression?: CompressionType
}

/**
 * Records of one partition, encoded as they are appended, in the body layout of Kafka's record batch v2.
 * `seal` writes the headers and checksums and gives one buffer per batch (several when a batch would pass `maxBatchBytes`).
 */
export interface RecordsBuffer {
  readonly count: number
  /** Bytes so far, headers of the batches included (before compression). */
  readonly byteLength: number
  append(key: Buffer | null, value: Buffer | null, timestamp: number, headers: readonly Header[]): void
  /**
   * The sequence of the second batch follows the first's count, and so on. May be called again with another stamp.
   * @throws TerminalError CONFIG_INVALID for a codec that is unknown or not loaded
   */
  seal(stamp: ProducerStamp): readonly SealedBatch[]
  /** Nobody needs the sealed batches any more: their memory may be used again. Nothing is appended or sealed afterwards. */
  release(): void
}

/** Where buffers get their memory, and leave it when they are done: what is taken anew for each commit keeps the garbage collector busy. */
export interface Memory {
  /** At least so many bytes, with whatever is in them. */
  take(size: number): Buffer
  give(bytes: Buffer): void
}

export interface SealedBatch {
  readonly bytes: Buffer
  readonly count: number
}
