/** From a request to a command, and from its outcome to what is answered. */
import type { FastifyBaseLogger } from 'fastify'
import { MillraceError, messageOf, OutageError } from 'millrace'
import { type RefusalCode, versionConflict } from '../processors/refusals'
import type { Readiness } from './ports'
import { invalidRequest, type ProblemOptions, unavailable } from './problems'
import { etag } from './views'

/** What both kinds of outcome have in common. */
interface AnyOutcome<S> {
  readonly accepted: boolean
  readonly version: number
  readonly refusal: { readonly code: string; readonly message: string } | null
  readonly state: S | null
}

export interface CommandRequest<S> {
  readonly commandId: string
  /** With which a repeat is recognised, also where the client gave none. */
  readonly idempotencyKey: string
  readonly ifMatch: string | undefined
  send(expectedVersion: number | null): Promise<AnyOutcome<S>>
}

export type Performed<S> = { readonly state: S; readonly version: number } | { readonly problem: ProblemOptions }

export type Perform = <S>(command: CommandRequest<S>) => Promise<Performed<S>>

const notFound: ReadonlySet<string> = new Set<RefusalCode>(['ORDER_UNKNOWN', 'CART_UNKNOWN', 'CART_ITEM_UNKNOWN'])

/** Sends a command if the workers are ready, and says what came of it: the state it led to, or the problem to answer with. */
export function commanding(readiness: () => Readiness, logger: Pick<FastifyBaseLogger, 'warn'>): Perform {
  return async ({ commandId, idempotencyKey, ifMatch, send }) => {
    const { ready, reason = 'the workers are not ready' } = readiness()
    if (!ready) return { problem: unavailable(reason) }
    const expectedVersion = versionIn(ifMatch)
    if (typeof expectedVersion === 'object' && expectedVersion !== null) return { problem: expectedVersion }
    try {
      const { refusal, version, state } = await send(expectedVersion)
      if (refusal !== null) return { problem: refused(refusal, version) }
      if (state === null)
        throw new MillraceError('PROCESSING_FAILED', `command ${commandId} was accepted, but led to nothing`)
      return { state, version }
    } catch (cause) {
      const problem = fateUnknown(cause, { commandId, idempotencyKey })
      if (problem === undefined) throw cause
      logger.warn({ err: cause, commandId }, `the fate of command ${commandId} is unknown: ${messageOf(cause)}`)
      return { problem }
    }
  }
}

/** RFC 9110, section 13.1.1. `*` asks for nothing that a command does not ask by itself. */
function versionIn(ifMatch: string | undefined): number | null | ProblemOptions {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null
  const version = /^\s*"(\d{1,9})"\s*$/.exec(ifMatch)?.[1]
  if (version !== undefined) return Number(version)
  if (/^\s*W\/"[^"]*"\s*$/.test(ifMatch)) return conflict('a weak ETag never matches')
  return invalidRequest([{ field: 'If-Match', message: 'must be one ETag such as "3", or *' }])
}

function conflict(detail: string, version?: number): ProblemOptions {
  return version === undefined
    ? { status: 412, code: versionConflict, detail }
    : { status: 412, code: versionConflict, detail, headers: { etag: etag(version) }, more: { version } }
}

function refused(
  { code, message }: { readonly code: string; readonly message: string },
  version: number,
): ProblemOptions {
  if (code === versionConflict) return conflict(message, version)
  return { status: notFound.has(code) ? 404 : 409, code, detail: message, ...(version > 0 && { more: { version } }) }
}

/** The command is on its way or not; nobody can say. What a client can do is the same in both cases. */
function fateUnknown(
  error: unknown,
  more: { readonly commandId: string; readonly idempotencyKey: string },
): ProblemOptions | undefined {
  const advice = `the fate of command ${more.commandId} is unknown; it is safe to repeat it with Idempotency-Key ${more.idempotencyKey}`
  if (error instanceof OutageError) return unavailable(`the log does not answer: ${advice}`, more)
  if (!(error instanceof MillraceError)) return undefined
  if (error.code === 'CLOSED') return unavailable(`the platform is shutting down: ${advice}`, more)
  if (error.code !== 'TIMEOUT') return undefined
  return { status: 504, code: 'OUTCOME_UNKNOWN', detail: `no outcome arrived in time: ${advice}`, more }
}
