/**
 * The engine's one error type. Every code stands, with its cause and its mend, in docs/errors.md.
 *
 * The class tells what the runtime does about it: a `TerminalError` is not retried (the record is at fault),
 * an `OutageError` is waited out (something we depend on does not answer; no record is at fault and none is
 * dead-lettered), a `FencedError` closes the task (another owner has taken it). Any other error may be retried.
 */
export type ErrorCode =
  | 'CONFIG_INVALID'
  | 'TOPOLOGY_INVALID'
  | 'TOPOLOGY_INCOMPATIBLE'
  | 'TOPIC_MISSING'
  | 'TOPIC_MISMATCH'
  | 'OFFSET_OUT_OF_RANGE'
  | 'BATCH_CORRUPT'
  | 'RECORD_TOO_LARGE'
  | 'SERIALIZATION_FAILED'
  | 'DESERIALIZATION_FAILED'
  | 'PAYLOAD_MALFORMED'
  | 'PAYLOAD_TOO_LARGE'
  | 'PROCESSING_FAILED'
  | 'PRODUCTION_FAILED'
  | 'SCHEMA_UNKNOWN'
  | 'SCHEMA_INVALID'
  | 'SCHEMA_INCOMPATIBLE'
  | 'REGISTRY_REFUSED'
  | 'REGISTRY_UNAVAILABLE'
  | 'KEYS_UNAVAILABLE'
  | 'LOG_UNAVAILABLE'
  | 'LOG_LOCKED'
  | 'LOG_CORRUPT'
  | 'PRODUCER_FENCED'
  | 'TRANSACTION_INDEFINITE'
  | 'MEMBER_FENCED'
  | 'GROUP_ACTIVE'
  | 'CHANGELOG_FENCED'
  | 'STATE_LOCKED'
  | 'STATE_CORRUPT'
  | 'STATE_INCOMPATIBLE'
  | 'STATE_UNAVAILABLE'
  | 'STORE_UNKNOWN'
  | 'STORE_CLOSED'
  | 'STORE_UNAVAILABLE'
  | 'QUERY_INVALID'
  | 'QUERY_FAILED'
  | 'POSITION_NOT_REACHED'
  | 'SHUTDOWN_REQUESTED'
  | 'AUTHORIZATION_FAILED'
  | 'TIMEOUT'
  | 'CLOSED'

export interface ErrorOptionsWithDetails {
  readonly cause?: unknown
  /** What is at fault, by name: topic, partition, offset, field, file, line, variable. */
  readonly details?: Readonly<Record<string, unknown>>
}

export class MillraceError extends Error {
  override readonly name: string = 'MillraceError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithDetails = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }
}

/** Trying again cannot help: the input itself is at fault. */
export class TerminalError extends MillraceError {
  override readonly name = 'TerminalError'
}

/** Something we depend on does not answer. The task waits and tries again; nothing is dropped. */
export class OutageError extends MillraceError {
  override readonly name = 'OutageError'
}

/** Another owner has taken over. The task or producer is closed without a commit. */
export class FencedError extends MillraceError {
  override readonly name = 'FencedError'
}

/** Stops the task whatever the error policy says: the offset stays where it is, and `cause` says why. */
export class TaskFailure extends MillraceError {
  override readonly name = 'TaskFailure'
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
