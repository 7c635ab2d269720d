import { TerminalError } from '../../errors'

/** @throws TerminalError SCHEMA_INVALID */
export function invalid(message: string, cause?: unknown): never {
  throw new TerminalError('SCHEMA_INVALID', message, cause === undefined ? {} : { cause })
}
