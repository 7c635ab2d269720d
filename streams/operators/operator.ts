/** How a node runs. One operator per node and task; each file in this room is one operator. */
import type { Cancellable, PunctuationType, RecordMetadata, StreamRecord } from '../graph/processor'
import type { OperatorSpec, OperatorType, SpecOf } from '../graph/specs'
import type { OpenSerde, Serde } from '../serdes/serde'
import type { ValueAndTimestamp } from '../stores/store'

export type { StreamRecord } from '../graph/processor'

export interface Operator {
  /** `input` is the place of the parent the record comes from: 0, or 1 for the right side of a join. */
  process(record: StreamRecord, input: number): void
  /**
   * Tables: the row of a key as it is now, or as it was at `asOf` (ms; tables that keep versions). What is not kept in a
   * store of its own is derived from the parents' rows (Kafka Streams' KTableValueGetter).
   */
  row?(key: unknown, asOf?: number): ValueAndTimestamp<unknown> | undefined
  /** Before each commit: forwards what was held back (caches). */
  flush?(): void
  /** Before each commit, after `flush`: work to be done outside the log. While it rejects with an outage, the commit waits. */
  beforeCommit?(): Promise<void>
  /** Whether `beforeCommit` has something to do. */
  waiting?(): boolean
  close?(): void
}

export interface Child {
  readonly name: string
  readonly spec: OperatorSpec
  forward(record: StreamRecord): void
}

/** Keeps the task from committing while a call is under way, and remembers its source record. */
export interface Held {
  /** Runs `then` as if the source record were in hand again, then lets the commit go on. */
  release(then: () => void): void
  /** The call failed for good: the source record goes the way of the error policy. */
  fail(error: unknown, attempts: number): void
}

export interface OperatorContext {
  readonly applicationId: string
  readonly taskId: string
  readonly partition: number
  readonly children: readonly Child[]
  /** To all children, in their order. */
  forward(record: StreamRecord): void
  /** The store of that name, in the type of its declaration. */
  store(name: string): unknown
  /** The rows of a global table, by the name of its store; one view for all tasks of the process. */
  globalStore(name: string): unknown
  /** A key as that store writes it: its bytes give the order in which keys are walked. */
  keyBytes(store: string, key: unknown): Buffer
  /** A serde for bytes that go nowhere, such as those of a hash; `subject` takes the place of the topic. */
  open<T>(serde: Serde<T>, subject: string): OpenSerde<T>
  /** The row of a key in the table that is this operator's parent at `input`; tables only looked up come after the parents. */
  parentRow(input: number, key: unknown, asOf?: number): ValueAndTimestamp<unknown> | undefined
  /** Tables: whether something downstream needs the old value of each change (graph/old-values.ts). */
  readonly sendsOldValues: boolean
  recordMetadata(): RecordMetadata | undefined
  /** The largest timestamp the task has seen, ms; -1 before the first record. */
  streamTime(): number
  /** ms */
  wallClock(): number
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestamp: number) => void): Cancellable
  requestCommit(): void
  /**
   * Remembers the source record in hand, for what is held back: run with the result, it is as if that record were in hand
   * again, so that a failure is charged to it.
   */
  remember(): (run: () => void) => void
  /** Counts a record left out on purpose (late, null key, …) and says so at debug level. */
  dropped(reason: string): void
  hold(): Held
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Counts an attempt that failed and will be made again. */
  retried(error: unknown): void
  /** At most this many calls under way; the task takes no further input beyond it. */
  limitHeld(capacity: number): void
}

export type OperatorFactory<T extends OperatorType> = (spec: SpecOf<T>, context: OperatorContext) => Operator
