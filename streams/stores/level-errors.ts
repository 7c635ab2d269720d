import { MillraceError, messageOf, OutageError } from '../errors'

/**
 * What went wrong with a state directory, told apart by what can be done about it: another holds it, its content is
 * damaged (wipe it and restore from the changelog), or the disk does not answer (wait; no record is at fault).
 */
export function levelError(error: unknown, location: string): MillraceError {
  if (error instanceof MillraceError) return error
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const options = { cause, details: { directory: location } }
  if (DAMAGE.test(messageOf(cause))) return damaged(location, options)
  switch (codeOf(cause)) {
    case 'LEVEL_LOCKED':
      return new MillraceError(
        'STATE_LOCKED',
        `State directory ${location} is in use by another process or task.`,
        options,
      )
    case 'LEVEL_CORRUPTION':
      return damaged(location, options)
    case 'LEVEL_DATABASE_NOT_OPEN':
      return new MillraceError('STORE_CLOSED', `The store in ${location} is closed.`, options)
    default:
      return new OutageError(
        'STATE_UNAVAILABLE',
        `State directory ${location} cannot be read or written: ${messageOf(cause)}.`,
        options,
      )
  }
}

function damaged(location: string, options: { readonly cause: unknown; readonly details: { directory: string } }) {
  return new MillraceError('STATE_CORRUPT', `State in ${location} is damaged: ${messageOf(options.cause)}.`, options)
}

/**
 * By level's own words, since synchronous reads have no codes. A table that is empty, cut short or gone, as a crash of the machine
 * may leave it, is an error of input and output to level (nothing can be mapped there), but waiting for it would be for ever.
 */
const DAMAGE = /\bCorruption: |\bIO error: .*\.(ldb|sst): (Invalid argument|No such file or directory)$/

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
