/** What can be wrong with a payload or a value. The path is put in front where it is known. */
import { type ErrorCode, MillraceError, messageOf, TerminalError } from '../../../errors'

/** Bytes that no writer with this schema writes. */
export function malformed(what: string): never {
  throw new TerminalError('PAYLOAD_MALFORMED', what)
}

/** More than the limits allow, whatever it is. */
export function tooLarge(what: string): never {
  throw new TerminalError('PAYLOAD_TOO_LARGE', what)
}

/** Fine in itself, but nothing that the reader's schema, or JavaScript, has a place for. */
export function unreadable(what: string): never {
  throw new TerminalError('DESERIALIZATION_FAILED', what)
}

/** A value that is none of its type. */
export function unwritable(what: string): never {
  throw new TerminalError('SERIALIZATION_FAILED', what)
}

/** The same error at a path; anything else that was thrown gets the code. */
export function atPath(error: unknown, path: string, code: ErrorCode): TerminalError {
  const message =
    error instanceof RangeError && /call stack/i.test(error.message) ? 'it is nested too deeply' : undefined
  const known = error instanceof MillraceError ? error : undefined
  const text = `${path === '' ? '' : `${path}: `}${message ?? messageOf(error)}`
  return new TerminalError(known?.code ?? code, text, { details: { ...known?.details, path } })
}
