/**
 * The engine's side of a store: how a task opens it, restores it, and commits what changed.
 * Per store: typed view (what processors see) over a write-back cache of decoded objects over the back end.
 */

import type { Header } from '../log/port'
import type { Serde } from '../serdes/serde'
import type { Encodable } from './write-back'

/** One changelog record to be produced with the commit. */
export interface ChangelogRecord {
  readonly key: Buffer
  readonly value: Buffer | null
  readonly timestamp: number
  readonly headers: readonly Header[]
}

/** One changelog record read back. */
export interface RestoreRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: number
}

/** In their order, each made when it is asked for perhaps. */
export interface RestoreRecords extends Iterable<RestoreRecord> {
  readonly length: number
  at(index: number): RestoreRecord | undefined
}

/**
 * The value that a store of a task was given last. Whoever writes the same one to a topic, in the same bytes, leaves them
 * here, and the store need not encode it again when it commits.
 */
export interface LastPut {
  value: unknown
  /** That of the store's serde (`OpenSerde.encoding`). */
  encoding: unknown
  /** Undefined: there is none that could use them. */
  slot: Encodable | undefined
}

export interface StoreContext {
  /** Stream time, wall clock and the timestamp of the record in hand, for stores that stamp what they write (ms). */
  currentTimestamp(): number
  /** Shared by the stores and the sinks of a task; without it a store encodes all it has. */
  readonly lastPut?: LastPut
  /** The changelog topic, for the serdes' subjects. */
  readonly changelogTopic: string
  openKey<T>(serde: Serde<T>): import('../serdes/serde').OpenSerde<T>
  openValue<T>(serde: Serde<T>): import('../serdes/serde').OpenSerde<T>
}

export interface ManagedStore {
  readonly name: string
  /** What processors and queries see. The type is that of the declaration (`StoreOf`). */
  readonly view: unknown
  /** Offset in the changelog from which to restore; undefined when nothing is here yet. */
  readonly position: number | undefined
  /**
   * Of several changelog records of one key only the last one counts, whatever stands between them: `restore` may be given
   * that one alone, and those of several keys in any order.
   */
  readonly latestCounts?: boolean
  /** Applies changelog records in order; `nextOffset` is where restoring goes on afterwards. One back-end batch. */
  restore(records: RestoreRecords, nextOffset: number): Promise<void>
  /** Called before a commit: the changelog records of all changes since the last one, one per changed key, in order of the change. */
  drainChanges(): readonly ChangelogRecord[]
  /**
   * The log has acknowledged the commit: what `drainChanges` gave may be written from now on. The next commit drains only when this one
   * has been acknowledged; processing may go on meanwhile.
   */
  acknowledge(nextOffset: number | undefined): void
  /** What has been drained and not been written takes about so many bytes. */
  readonly unwrittenBytes: number
  /**
   * Acknowledges, and writes all that has been drained, with the changelog position, in one batch. Undefined where it is done already.
   * @throws OutageError STATE_UNAVAILABLE: nothing was written, and what was drained waits for the next call
   */
  persist(nextOffset: number | undefined): Promise<void> | undefined
  /** Writes what has been acknowledged, unless more has been drained since. */
  close(): Promise<void>
}
