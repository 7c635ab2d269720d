import type { Clock } from '../../clock'
import type { Topology } from '../../graph/topology'
import type { LogAdmin, PartitionOffset } from '../../log/port'
import type { Logger } from '../../logger'
import type { SchemaRegistry } from '../../registry/port'
import type { GlobalReplica } from '../global-tables'
import type { MemberMetadata } from '../member-info'
import type { WorkerState } from '../options'
import type { ChangelogProgress } from '../standby'
import type { QueryCounts } from './counts'

/** The stores of one task as this instance has them. */
export interface Replica {
  readonly taskId: string
  readonly role: 'active' | 'standby'
  /** The view of an open store. @throws MillraceError STORE_UNKNOWN */
  view(store: string): unknown
  /**
   * Active: from where its inputs are to be read on, so that everything before has taken effect in the stores. Undefined
   * for a standby, which knows only changelogs.
   */
  readonly inputs: readonly PartitionOffset[] | undefined
  /** How far its copy of the changelog of a store reaches; undefined where the store has none. */
  changelog(store: string): ChangelogProgress | undefined
}

/** What is to be known of an application to find who answers. */
export interface QueryPlace {
  readonly topology: Topology
  readonly applicationId: string
  readonly registry?: SchemaRegistry
  readonly clock: Clock
  readonly logger: Logger
  readonly counts: QueryCounts
  /** Partitions of a source or internal topic. @throws MillraceError TOPIC_MISSING, or CLOSED before the start */
  partitionsOf(topic: string): number
  /** All members as the leader has last told; empty before the first assignment. */
  readonly members: readonly MemberMetadata[]
  /** Asks anew who the members are, where they are not told of by themselves. */
  refresh?(): Promise<void>
}

/** What queries need of the worker that they are put to. */
export interface QueryHost extends QueryPlace {
  readonly admin: LogAdmin
  readonly state: WorkerState
  /** This member's id in the group; undefined before it has joined. */
  readonly memberId: string | undefined
  /** This instance's copy of a task where it may be read now: an active one that is running, or a standby. */
  replica(taskId: string): Replica | undefined
  /** Whether this instance is about to have it: it is being opened or restored. */
  isOpening(taskId: string): boolean
  global(store: string): GlobalReplica | undefined
}
