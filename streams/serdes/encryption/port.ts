/** The keys with which personal fields are sealed, as a serde needs them: at once, and without a promise per record. */
export interface PersonalKeys {
  /**
   * Seals under a key of the subject. A subject without a key gets one; it is kept once `flush` has resolved, which
   * whoever sends the sealed bytes waits for.
   */
  seal(subject: string, plain: Buffer): Buffer
  /** `unknown` when its key has not been fetched. @throws TerminalError DESERIALIZATION_FAILED when it is not the subject's */
  open(subject: string, sealed: Buffer): Buffer | 'forgotten' | 'unknown'
  /** Fetches keys by id. Undefined when nothing has to be waited for. @throws OutageError KEYS_UNAVAILABLE */
  fetch(keyIds: Iterable<string>): Promise<void> | undefined
  /** Keeps the keys made since. Undefined when there are none. @throws OutageError KEYS_UNAVAILABLE */
  flush(): Promise<void> | undefined
}
