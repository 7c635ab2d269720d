/**
 * The Log port: all the engine asks of a log such as Kafka. It speaks batches, never single records: a poll gives the
 * batches of several partitions, a send takes one encoded buffer per partition, a reader reads given partitions from
 * given offsets. Offsets and timestamps are plain numbers (exact to 2^53).
 */
import type { RecordsBuffer } from './records/buffer'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface PartitionOffset extends TopicPartition {
  readonly offset: number
  /** A text that is committed with the offset of a group, and read back with it; none where it is empty. */
  readonly metadata?: string
}

/** Kafka allows a header name to repeat and its value to be null. */
export interface Header {
  readonly key: string
  readonly value: Buffer | null
}

export interface LogRecord {
  readonly offset: number
  /** ms since the epoch; -1 when the producer gave none. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly Header[]
}

/** Records in their order. An array is one, too; what comes from a log may make each when it is asked for. */
export interface Records extends Iterable<LogRecord> {
  readonly length: number
  /** As an array's: a negative index counts from the end. */
  at(index: number): LogRecord | undefined
  map<T>(of: (record: LogRecord) => T): T[]
  filter(is: (record: LogRecord) => boolean): LogRecord[]
}

/** What one poll found in one partition. */
export interface FetchedBatch extends TopicPartition {
  readonly records: Records
  /** Where to read on: past control records and aborted transactions too, so it may rise without records. */
  readonly nextOffset: number
  /** The end as this reader may see it (last stable offset under read_committed, else high watermark). Lag = this - nextOffset. */
  readonly endOffset: number
}

/** Records for one partition, encoded once, by the task that owns them. A log that keeps none of their bytes releases them once it has them. */
export interface OutgoingBatch extends TopicPartition {
  readonly records: RecordsBuffer
}

export interface AppendedBatch extends TopicPartition {
  /** Offset of the first record of the batch. */
  readonly baseOffset: number
  /** Offset after the last record of the batch (control records that follow later are not counted). */
  readonly nextOffset: number
}

export type IsolationLevel = 'read_committed' | 'read_uncommitted'

export interface ReaderOptions {
  readonly isolation: IsolationLevel
  /** At most about this many bytes per partition and poll (a larger batch is still delivered). Default 1 MiB. */
  readonly maxBytesPerPartition?: number
}

/** Reads given partitions from given offsets; no group, no commit. */
export interface LogReader {
  /** Replaces what is read. A partition already assigned at the same position keeps what was fetched ahead. */
  assign(positions: readonly PartitionOffset[]): void
  /** Paused partitions stay assigned and are not returned by `poll`; nothing fetched is lost. */
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /**
   * Resolves with what is there, at the latest after `maxWaitMs` (then possibly empty). Positions advance to `nextOffset`.
   * @throws MillraceError OFFSET_OUT_OF_RANGE (details: topic, partition, offset, startOffset, endOffset);
   *   OutageError LOG_UNAVAILABLE; the positions stay.
   */
  poll(maxWaitMs: number): Promise<readonly FetchedBatch[]>
  /** Wakes a waiting `poll`, which then resolves with what it has. */
  wakeup(): void
  close(): Promise<void>
}

export interface SendOptions {
  /**
   * Asked before each attempt, those after a failure included: the error it gives ends the send. Part of it may have been
   * appended by then.
   */
  readonly forbidden?: () => Error | undefined
}

/** An idempotent producer: a retry inside it never doubles a batch (KIP-98). */
export interface LogProducer {
  /**
   * Appends each batch to its partition, in the order given; resolves when all are acknowledged by all in-sync replicas.
   * Rejects when one could not be appended: others may have been.
   * @throws OutageError LOG_UNAVAILABLE; TerminalError RECORD_TOO_LARGE, TOPIC_MISSING, AUTHORIZATION_FAILED
   */
  send(batches: readonly OutgoingBatch[], options?: SendOptions): Promise<readonly AppendedBatch[]>
  close(): Promise<void>
}

/** Identity with which offsets are committed, so that a stale member's commit is refused (KIP-447). */
export interface GroupMetadata {
  readonly groupId: string
  readonly memberId: string
  readonly generation: number
}

/**
 * One transactional id (KIP-98). Opening it fences every older producer with the same id and settles what that one left
 * open, so offsets are fetched and stores restored only after `log.transactionalProducer()` has resolved.
 * After FencedError or TRANSACTION_INDEFINITE the producer is unusable and must be closed and opened anew.
 */
export interface TransactionalProducer {
  /** Appends within the current transaction, which begins with the first send. */
  send(batches: readonly OutgoingBatch[]): Promise<readonly AppendedBatch[]>
  /** Adds the offsets, then commits. A commit with nothing sent still commits the offsets. */
  commit(offsets: readonly PartitionOffset[], group: GroupMetadata): Promise<void>
  /** Discards what was sent since the last commit. Nothing to discard is fine. */
  abort(): Promise<void>
  close(): Promise<void>
}

export interface TransactionalOptions {
  readonly transactionalId: string
  /** After this many ms without a commit the log aborts the transaction by itself. */
  readonly timeoutMs: number
  /** The group whose offsets it will commit, where that is known: it may then be added to a transaction with what is sent first. */
  readonly groupId?: string
}

export interface TopicSpec {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor?: number
  /** Kafka's topic configuration, for example `cleanup.policy`. */
  readonly config?: Readonly<Record<string, string>>
}

export interface TopicDescription {
  readonly name: string
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
}

export interface GroupDescription {
  readonly groupId: string
  readonly state: string
  readonly members: number
}

export interface DescribeOptions {
  /** False where nobody looks at the configuration: a log that would have to ask for it once more may leave it empty. */
  readonly config: boolean
  /** What is missing is about to be created: a refusal says what that needs. */
  readonly toCreate?: boolean
}

export interface LogAdmin {
  listTopics(): Promise<readonly string[]>
  /** Topics that do not exist are absent from the result. */
  describeTopics(names: readonly string[], options?: DescribeOptions): Promise<ReadonlyMap<string, TopicDescription>>
  /**
   * Creates those that are missing and leaves the others as they are.
   * @param options `missing: true` where they were not there a moment ago: a log that would have to ask need not do so
   */
  createTopics(specs: readonly TopicSpec[], options?: { readonly missing: boolean }): Promise<void>
  deleteTopics(names: readonly string[]): Promise<void>
  /** `earliest`, `latest` (the end as read_committed sees it), or the first offset whose timestamp is at least the one given (ms), the end where none is. */
  offsets(
    partitions: readonly TopicPartition[],
    at: 'earliest' | 'latest' | { readonly timestamp: number },
  ): Promise<readonly PartitionOffset[]>
  /** Committed offsets of a group; partitions without one are absent. Waits out pending transactions (KIP-447 requireStable). */
  committedOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<readonly PartitionOffset[]>
  listGroups(): Promise<readonly GroupDescription[]>
  /** Sets the offsets of a group that has no members (reset, seek). @throws FencedError MEMBER_FENCED when it has */
  setOffsets(groupId: string, offsets: readonly PartitionOffset[]): Promise<void>
  deleteGroup(groupId: string): Promise<void>
}

export interface MemberSubscription {
  readonly memberId: string
  readonly topics: readonly string[]
  readonly userData: Buffer
}

export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[]
  readonly userData: Buffer
}

export interface GroupOptions {
  readonly groupId: string
  /**
   * The member's identity across restarts, one of its own for each (group.instance.id, KIP-345): `leave` then does not tell the
   * group, and who joins under it again before the session has timed out gets what it had, without a rebalance. A log whose
   * groups live in one process may take no notice of it.
   */
  readonly groupInstanceId?: string
  readonly clientId: string
  readonly topics: readonly string[]
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** Asked at each join: what the leader should know of this member. */
  userData(): Buffer
  /** Run by the group's leader: shares the partitions out. Deterministic in its inputs. */
  assign(
    members: readonly MemberSubscription[],
  ): ReadonlyMap<string, MemberAssignment> | Promise<ReadonlyMap<string, MemberAssignment>>
}

export interface Joined {
  readonly assignment: MemberAssignment
  readonly group: GroupMetadata
}

/** `rebalance`: commit and join again. `lost`: the group went on without us; drop all tasks without commit, then join again. */
export type MemberStatus = 'joined' | 'rebalance' | 'lost' | 'left'

/** Membership in a group (the classic protocol). Heartbeats run by themselves between `join` and `leave`. */
export interface GroupMember {
  readonly status: MemberStatus
  /**
   * Joins or rejoins; resolves with the assignment of the new generation.
   * @throws OutageError LOG_UNAVAILABLE; OutageError MEMBER_FENCED, with status `lost`, where a generation has passed the
   *   member by, in which another may have owned what it still holds: drop all tasks without commit, then join again
   */
  join(): Promise<Joined>
  /** Asks the group to rebalance (for example because a standby has caught up). */
  requestRejoin(): void
  /** Commits offsets outside a transaction. @throws FencedError MEMBER_FENCED when the generation is stale; OutageError */
  commit(offsets: readonly PartitionOffset[]): Promise<void>
  /** Called whenever `status` changes, so that a waiting loop can wake up. */
  onStatus(listener: (status: MemberStatus) => void): void
  leave(): Promise<void>
}

export interface Log {
  /** For messages and metrics: `embedded` or `kafka`. */
  readonly kind: string
  readonly admin: LogAdmin
  producer(options: { readonly clientId: string }): Promise<LogProducer>
  transactionalProducer(options: TransactionalOptions): Promise<TransactionalProducer>
  reader(options: ReaderOptions): Promise<LogReader>
  /** Prepares membership; nothing is joined before `join()`. */
  member(options: GroupOptions): GroupMember
  /** Closes every producer, reader and member opened from it. */
  close(): Promise<void>
}
