/** What the encryption of personal data needs from outside: a place for the keys, and something that wraps them. */
import type { MaybePromise } from '../registry/port'

/** A data key as it is kept: of no use without the key-encryption key that wraps it. */
export interface WrappedKey {
  /** 32 hexadecimal digits; given once. */
  readonly id: string
  /** Whose personal data it seals. */
  readonly subject: string
  /** Which key-encryption key wraps it. */
  readonly kek: string
  readonly wrapped: Buffer
}

/**
 * Keeps wrapped keys by id. A key that is not there is forgotten: what `get` answers is what everybody has written before
 * it was asked. @throws OutageError KEYS_UNAVAILABLE, from every method
 */
export interface KeyStore {
  get(id: string): Promise<WrappedKey | undefined>
  /** The oldest first. */
  keysOf(subject: string): Promise<readonly WrappedKey[]>
  /** What this process knows without waiting: it may be behind. */
  known(subject: string): readonly WrappedKey[]
  /** Resolves when the key will survive this process. */
  put(key: WrappedKey): Promise<void>
  /** As `put` where a key with this id is there, and nothing where it has been removed meanwhile. */
  replace(key: WrappedKey): Promise<void>
  /** Resolves when nobody will find these keys any more. */
  remove(ids: readonly string[]): Promise<void>
  all(): Promise<readonly WrappedKey[]>
  /** Calls back for every key that is removed, also by another process. */
  onRemoved(listener: (id: string) => void): void
  close(): Promise<void>
}

/** Wraps data keys with a key-encryption key that never leaves it: a key in memory, or a KMS. */
export interface KeyEncryption {
  /** The key-encryption key that wraps from now on; those before it still unwrap. */
  readonly current: string
  /** With the current one; `context` must be the same when unwrapping. */
  wrap(dataKey: Buffer, context: string): MaybePromise<Buffer>
  /** @throws MillraceError CONFIG_INVALID when it does not have that key; OutageError KEYS_UNAVAILABLE */
  unwrap(kek: string, wrapped: Buffer, context: string): MaybePromise<Buffer>
}
