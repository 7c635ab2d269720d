/**
 * The back end of a store: ordered bytes. `stores/memory.ts` and `stores/level.ts` pass one contract suite.
 * Reads are synchronous; a commit writes everything, the changelog position included, in one atomic batch.
 */
export interface ByteEntry {
  readonly key: Buffer
  readonly value: Buffer
}

export interface ByteRange {
  /** Inclusive; from the first key where undefined. */
  readonly from?: Buffer
  /** Exclusive; to the last key where undefined. */
  readonly to?: Buffer
  readonly reverse?: boolean
}

export interface ByteWrite {
  readonly key: Buffer
  /** null deletes. */
  readonly value: Buffer | null
}

export interface StoreBackend {
  get(key: Buffer): Buffer | undefined
  /** Entries in the order of their bytes. What is read is a snapshot as of the call. */
  entries(range: ByteRange): Iterable<ByteEntry>
  /**
   * All or nothing: the writes and, where given, the position up to which the changelog has been applied. Undefined where it
   * is done already, as in memory.
   */
  write(writes: readonly ByteWrite[], position?: number): Promise<void> | undefined
  /** Deletes a range that nobody reads or writes any more (expired segments), off the record path. Not atomic. */
  clear(range: ByteRange): Promise<void>
  /** The changelog offset from which restoring goes on; undefined for a new store. */
  position(): number | undefined
  approximateNumEntries(): number
  close(): Promise<void>
}

/** A small text beside the state of all tasks: the topology's fingerprint. */
export interface StateNote {
  read(): Promise<string | undefined>
  /** All or nothing. */
  write(text: string): Promise<void>
  /** Absent is fine. */
  remove(): Promise<void>
}

export interface StateDirectory {
  /** Opens the back end of one store of one task. @throws MillraceError STATE_LOCKED, STATE_CORRUPT, STATE_UNAVAILABLE */
  open(taskId: string, storeName: string): Promise<StoreBackend>
  /** Removes what a task kept (it is rebuilt from the changelog). */
  wipe(taskId: string): Promise<void>
  /** Absent where nothing outlives the process. @throws MillraceError STATE_LOCKED; OutageError STATE_UNAVAILABLE */
  readonly note?: StateNote
  /** It is held in memory: what no task uses is better removed at once. */
  readonly volatile?: true
  /** Tasks that have state here. */
  tasks(): Promise<readonly string[]>
  close(): Promise<void>
}
