import type { ErrorPolicy, OnError } from '../graph/policy'
import type { Header } from '../log/port'
import type { SchemaRegistry } from '../registry/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import type { StoreDeclaration } from '../stores/declaration'
import type { StoreOf } from '../stores/store'
import type { FailureStage } from '../tasks/failures'
import type { Topic } from '../topics'

export interface TestDriverOptions {
  /** Default: the topology's name. */
  readonly applicationId?: string
  /** Partitions of every topic that has no count of its own here. Default 1. */
  readonly partitions?: number
  readonly partitionsOf?: Readonly<Record<string, number>>
  /** ms. Default 0. */
  readonly initialWallClock?: number
  /** Default: an in-memory registry. One that answers by promise is refused: the driver is synchronous. */
  readonly registry?: SchemaRegistry
  readonly personalKeys?: PersonalKeys
  /** What becomes of records at fault. Default: dead letters, which `deadLetters` reads. */
  readonly onError?: ErrorPolicy
}

export interface PipeOptions {
  /** ms. Default: the driver's wall clock. */
  readonly timestamp?: number
  readonly headers?: readonly Header[]
  /** Default: by murmur2 of the key's bytes, as Kafka's own producer. */
  readonly partition?: number
}

export interface TestRecord<K, V> {
  readonly key: K
  readonly value: V
  /** ms */
  readonly timestamp: number
  readonly headers: readonly Header[]
  readonly partition: number
}

export interface TestInput<K, V> {
  /**
   * Pipes one record and processes all that follows from it, through every topic the topology reads back. Null is written
   * as Kafka's null: a tombstone, or a record without a key.
   * @throws TaskFailure when the record is at fault and the policy says `fail`
   */
  pipe(key: K | null, value: V | null, options?: PipeOptions): void
  /** The same with bytes, for records that are not what the serdes expect. */
  pipeBytes(key: Buffer | null, value: Buffer | null, options?: PipeOptions): void
}

/** What the topology wrote to a topic; what the test itself piped there is not among it. Reading moves on. */
export interface TestOutput<K, V> {
  /** What came out since the last read, over all partitions in the order of writing. */
  read(): readonly TestRecord<K, V>[]
  /** The next record. @throws AssertionError when there is none; the message tells what has been produced */
  readOne(): TestRecord<K, V>
  /** The keys and values of `read`, for comparing. */
  readKeyValues(): readonly (readonly [key: K, value: V])[]
  /** `read` as bytes. */
  readBytes(): readonly TestRecord<Buffer | null, Buffer | null>[]
}

/** A record at fault, and what became of it. */
export interface TestFailure {
  readonly stage: FailureStage
  readonly action: OnError
  readonly error: unknown
  /** Where the source record stood; absent in a punctuation. */
  readonly topic?: string
  readonly partition?: number
  readonly offset?: number
}

/**
 * Runs a topology in memory, on the task code of the runtime: synchronously, deterministic to the byte, on any number of
 * partitions. The counterpart of Kafka Streams' TopologyTestDriver, which has one partition and one task for the whole
 * topology; here each sub-topology has tasks of its own, as in production.
 */
export interface TestDriver {
  /** @throws MillraceError TOPOLOGY_INVALID on use, when the topology does not read the topic */
  input<K, V>(topic: Topic<K, V>): TestInput<K, V>
  /** @throws MillraceError TOPOLOGY_INVALID when the topology does not write the topic */
  output<K, V>(topic: Topic<K, V>): TestOutput<K, V>
  /** The dead letters of a topic, as bytes. */
  deadLetters(topic: { readonly name: string }): TestOutput<Buffer | null, Buffer | null>
  /** A store of one task, by default that of partition 0; `partitionOf` tells that of a key. @throws MillraceError STORE_UNKNOWN */
  store<K, V, D extends StoreDeclaration<K, V>>(declaration: D & StoreDeclaration<K, V>, partition?: number): StoreOf<D>
  /** A store by its name alone. @throws MillraceError STORE_UNKNOWN */
  storeNamed(name: string, partition?: number): unknown
  /** The partition of a topic to which a key goes. */
  partitionOf<K>(topic: Pick<Topic<K, never>, 'name' | 'key'>, key: K): number
  /** Moves the wall clock and runs the punctuations that are due. */
  advanceWallClock(ms: number): void
  /** Waits for the calls of `mapAsync` and the batch sinks, moving the wall clock over their backoffs. */
  settle(): Promise<void>
  /**
   * Drops all tasks and their stores, and opens them anew as another machine would: from the changelogs and the committed
   * offsets. A store without a changelog is empty afterwards; what was held back by a call under way is processed again.
   */
  restart(): void
  /** ms */
  readonly wallClock: number
  /** How many records were left out on purpose, by the reason (late, null key, …). */
  readonly dropped: ReadonlyMap<string, number>
  /** The records at fault so far, in order. */
  readonly failures: readonly TestFailure[]
  /** All that was piped and produced, topic by topic, for messages. */
  describe(): string
  close(): void
}
