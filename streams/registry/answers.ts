/** What a registry's answers mean: a definite no, or an outage, in which no record is at fault. */
import type { Clock } from '../clock'
import { MillraceError, messageOf, OutageError, TerminalError } from '../errors'

/** An answer beside a success; without a status there was none. */
export interface FailedAnswer {
  readonly status?: number
  readonly message?: string
}

export type DefiniteCode = 'SCHEMA_UNKNOWN' | 'SCHEMA_INVALID' | 'SCHEMA_INCOMPATIBLE' | 'REGISTRY_REFUSED'

/** What a status means for the question that was asked; any other is an outage. */
export type Definite = Readonly<Record<number, DefiniteCode>>

export interface Question {
  /** For example `asking for schema 7`. */
  readonly what: string
  readonly url: string
}

/** Credentials that are refused are an outage too: somebody has to mend them, and then all goes on. */
export function classify(error: unknown, { what, url }: Question, definite: Definite): MillraceError {
  if (error instanceof MillraceError) return error
  const { status } = error as FailedAnswer
  const code = status === undefined ? undefined : definite[status]
  const text = `${what} at ${url}: ${messageOf(error)}`
  if (code !== undefined) return new TerminalError(code, text, { cause: error, details: { status } })
  const hint =
    status === 401 || status === 403
      ? ' (check KAFKA_SCHEMA_REGISTRY_USER and KAFKA_SCHEMA_REGISTRY_PASSWORD, or KAFKA_SCHEMA_REGISTRY_TOKEN)'
      : ''
  return new OutageError('REGISTRY_UNAVAILABLE', `${text}${hint}`, { cause: error, details: { status } })
}

/** Whether another try may help: nobody answered, the server failed, or it wants us to come later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof MillraceError) return false
  const { status } = error as FailedAnswer
  return status === undefined || status >= 500 || status === 408 || status === 429
}

const RETRIES = 3
const FIRST_WAIT_MS = 100

/** Tries again where that may help, after 100, 200 and 400 ms. */
export async function withRetries<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await work()
    } catch (error) {
      if (tried === RETRIES || !isPassing(error)) throw error
      await clock.sleep(FIRST_WAIT_MS * 2 ** tried)
    }
  }
}

export interface Deadline {
  readonly clock: Clock
  readonly deadlineMs: number
  readonly question: Question
}

/** @throws OutageError REGISTRY_UNAVAILABLE when the time is up */
export async function within<T>({ clock, deadlineMs, question }: Deadline, work: () => Promise<T>): Promise<T> {
  const settled = new AbortController()
  const late = clock.sleep(deadlineMs, settled.signal).then(() => {
    const message = `${question.what} at ${question.url}: no answer within ${deadlineMs} ms`
    throw new OutageError('REGISTRY_UNAVAILABLE', message)
  })
  // Once the answer is there, nobody listens to this any more.
  late.catch(() => undefined)
  try {
    return await Promise.race([work(), late])
  } finally {
    settled.abort()
  }
}
