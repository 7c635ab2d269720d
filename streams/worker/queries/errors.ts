import { MillraceError, messageOf, OutageError, TerminalError } from '../../errors'

/** Why a store cannot be read now; each of them passes. */
export type Unavailable =
  | 'not-started'
  | 'rebalancing'
  | 'restoring'
  | 'moved'
  | 'not-here'
  | 'unreachable'
  | 'ended'
  | 'interrupted'

/** Worth asking again: cf. StreamsRebalancingException, StateStoreMigratedException, … of Kafka Streams. */
export function storeUnavailable(store: string, reason: Unavailable, why: string, cause?: unknown): OutageError {
  return new OutageError('STORE_UNAVAILABLE', `store ${store} cannot be read now (${reason}): ${why}`, {
    cause,
    details: { store, reason },
  })
}

export function isUnavailable(error: unknown): error is OutageError {
  return error instanceof OutageError && error.code === 'STORE_UNAVAILABLE'
}

/** The question itself is at fault. */
export function queryInvalid(store: string, why: string, cause?: unknown): TerminalError {
  return new TerminalError('QUERY_INVALID', `query of store ${store}: ${why}`, { cause, details: { store } })
}

export function storeUnknown(store: string, known: readonly string[]): MillraceError {
  const others = known.length === 0 ? 'it has none' : `its stores are ${known.join(', ')}`
  return new MillraceError('STORE_UNKNOWN', `the topology has no store ${store}; ${others}`, {
    details: { store, known },
  })
}

/** An error as it goes over the wire. */
export interface WireError {
  readonly code: string
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof MillraceError)) return { code: 'INTERNAL', message: messageOf(error) }
  return { code: error.code, message: error.message, details: error.details }
}

/** What another member refused with, as if it had been thrown here. */
export function fromWire({ code, message, details = {} }: WireError): MillraceError {
  const options = { details }
  switch (code) {
    case 'STORE_UNAVAILABLE':
      return new OutageError(code, message, options)
    case 'QUERY_INVALID':
      return new TerminalError(code, message, options)
    case 'POSITION_NOT_REACHED':
    case 'STORE_UNKNOWN':
    case 'AUTHORIZATION_FAILED':
      return new MillraceError(code, message, options)
    default:
      return new MillraceError('QUERY_FAILED', message, { details: { ...details, code } })
  }
}
