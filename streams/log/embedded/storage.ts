/**
 * Where the embedded log keeps its files. All of it is synchronous: a write goes to the page cache in microseconds, and
 * without a promise between two steps no other step can come between them.
 */
export interface Storage {
  /** Names directly in a folder, sorted; none where it does not exist. */
  list(folder: string): readonly string[]
  /** A file to append to and read from; it exists from its first append. */
  file(path: string): StorageFile
  /** The whole of a file, undefined where it does not exist. */
  read(path: string): Buffer | undefined
  /** Replaces a file as a whole: it is never seen half written. */
  replace(path: string, bytes: Buffer): void
  rename(from: string, to: string): void
  /** Removes a file, or a folder with all that is in it; nothing there is fine. */
  remove(path: string): void
  /** Makes all that was written so far survive a power failure, where the storage was opened to do that. */
  sync(): void
  close(): void
}

/** @throws OutageError LOG_UNAVAILABLE from each method, when the disk is full or does not answer */
export interface StorageFile {
  readonly path: string
  readonly size: number
  /** Appends all chunks or, when it throws, none. */
  append(chunks: readonly Buffer[]): void
  /** At most `length` bytes; fewer at the end of the file. The caller may keep them but not change them. */
  read(at: number, length: number): Buffer
  truncate(size: number): void
}
