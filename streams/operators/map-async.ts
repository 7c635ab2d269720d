import { setMaxListeners } from 'node:events'
import { MillraceError, OutageError, TerminalError } from '../errors'
import type { RetryPolicy } from '../graph/specs/async'
import type { Held, OperatorContext, OperatorFactory, StreamRecord } from './operator'

export const DEFAULT_CAPACITY = 64
export const DEFAULT_TIMEOUT_MS = 30_000
/** How often a call is tried again while what it needs does not answer. */
const OUTAGE_DELAY_MS = 1_000

/**
 * Calls to the outside: ordered per key (a key's next call begins when its last has ended), at most `capacity` under way
 * in the task, and none under way at a commit. An OutageError is waited out without counting as an attempt; any other
 * error is retried by the policy and then fails the source record.
 */
export const mapAsync: OperatorFactory<'map-async'> = ({ map, options }, context) => {
  const { capacity = DEFAULT_CAPACITY, timeoutMs = DEFAULT_TIMEOUT_MS, retry = { delaysMs: [] } } = options
  const lastOfKey = new Map<unknown, Promise<void>>()
  const closed = new AbortController()
  // As many calls as the capacity allows listen for the close.
  setMaxListeners(0, closed.signal)
  context.limitHeld(capacity)

  const call = async (record: StreamRecord, held: Held): Promise<void> => {
    const attempt = () => withTimeout(timeoutMs, closed.signal, (signal) => map(record.value, record.key, signal))
    const result = await attempts(attempt, retry, context, closed.signal)
    if (closed.signal.aborted) return
    if ('error' in result) return held.fail(result.error, result.attempts)
    held.release(() => context.forward({ ...record, value: result.value }))
  }

  return {
    process: (record) => {
      const held = context.hold()
      const before = lastOfKey.get(record.key)
      const own = before === undefined ? call(record, held) : before.then(() => call(record, held))
      lastOfKey.set(record.key, own)
      void own.then(() => {
        if (lastOfKey.get(record.key) === own) lastOfKey.delete(record.key)
      })
    },
    close: () => closed.abort(),
  }
}

type Result = { readonly value: unknown } | { readonly error: unknown; readonly attempts: number }

async function attempts(
  attempt: () => Promise<unknown>,
  retry: RetryPolicy,
  context: OperatorContext,
  closed: AbortSignal,
): Promise<Result> {
  const retryable = retry.retryable ?? ((error: unknown) => !(error instanceof TerminalError))
  for (let failed = 0; ; ) {
    try {
      return { value: await attempt() }
    } catch (error) {
      const outage = error instanceof OutageError
      const delay = outage ? OUTAGE_DELAY_MS : retry.delaysMs[failed]
      if (!outage) failed += 1
      if (closed.aborted || delay === undefined || !(outage || retryable(error))) return { error, attempts: failed }
      context.retried(error)
      await context.sleep(delay, closed)
    }
  }
}

/**
 * Rejects after `timeoutMs`, and aborts the call's signal then or when the task closes. The limit is for the world
 * outside, so it runs on the world's clock and not on the task's.
 */
async function withTimeout(
  timeoutMs: number,
  closed: AbortSignal,
  call: (signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  const own = new AbortController()
  let stop = (_error: MillraceError): void => undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = (error) => {
      reject(error)
      own.abort()
    }
  })
  const onClose = () => stop(new MillraceError('CLOSED', 'the task was closed during the call'))
  const timer = setTimeout(
    () => stop(new MillraceError('TIMEOUT', `the call took longer than ${timeoutMs} ms`)),
    timeoutMs,
  )
  closed.addEventListener('abort', onClose)
  try {
    return await Promise.race([call(own.signal), stopped])
  } finally {
    clearTimeout(timer)
    closed.removeEventListener('abort', onClose)
  }
}
