import { type ErrorCode, MillraceError } from '../../errors'
import type { MemberMetadata } from '../member-info'
import type { WorkerState } from '../options'
import type { RestoreProgress } from '../restore-progress'

/** What a thread is started with. */
export interface ThreadData {
  /** The module that defines the worker; an absolute path. */
  readonly module: string
  readonly threadIndex: number
  readonly threads: number
  /** Tells the group which of its members share a state directory. */
  readonly processId: string
  /** Whether lines at the level of debug are wanted. */
  readonly isDebug: boolean
}

/** What the process tells a thread. */
export type ToThread =
  | { readonly type: 'start' }
  /** It may join the group as soon as it is ready to. */
  | { readonly type: 'join' }
  | { readonly type: 'close'; readonly timeoutMs: number }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Answered by `metrics` with the same number. */
  | { readonly type: 'metrics'; readonly ask: number }

/** What a thread tells the process. */
export type FromThread =
  /** The worker has been made from the module. */
  | { readonly type: 'loaded'; readonly applicationId: string }
  /** It is ready to join, and waits to be told so. */
  | { readonly type: 'ready' }
  /** Its topics are ready and it has begun to join. */
  | { readonly type: 'started' }
  | { readonly type: 'state'; readonly state: WorkerState }
  | { readonly type: 'status'; readonly status: ThreadReport }
  | {
      readonly type: 'log'
      readonly level: LogLevel
      readonly fields: Readonly<Record<string, unknown>>
      readonly message: string
    }
  /** In prom-client's form, by the name of each metric. */
  | { readonly type: 'metrics'; readonly ask: number; readonly metrics: readonly object[] }
  /** It ends now; with an error where it does not end in order. */
  | { readonly type: 'ended'; readonly error?: ToldError }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export interface ThreadReport {
  readonly memberId: string | undefined
  readonly members: readonly MemberMetadata[]
  readonly restoring: readonly RestoreProgress[]
}

/** An error as it crosses threads: without what it was caused by, which need not be cloneable. */
export interface ToldError {
  readonly message: string
  readonly stack: string | undefined
  readonly code: ErrorCode | undefined
}

export function tellError(error: unknown): ToldError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return { message, stack, code: error instanceof MillraceError ? error.code : undefined }
}

export function toldError({ message, stack, code }: ToldError): Error {
  const error = code === undefined ? new Error(message) : new MillraceError(code, message)
  error.stack = stack
  return error
}

/** Of a thread that has not said why. */
export function diedWith(code: number): Error {
  return new Error(`the thread ended with code ${code}`)
}

/** Fields of a log line as they can cross threads. */
export function cloneable(fields: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? tellError(value) : plain(value)]),
  )
}

function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value
  try {
    return structuredClone(value)
  } catch {
    return String(value)
  }
}
