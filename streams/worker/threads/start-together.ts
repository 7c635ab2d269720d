import type { Clock } from '../../clock'
import { diedWith, toldError } from './messages'
import type { ThreadHandle } from './thread-handle'

export interface StartTogetherOptions {
  readonly handles: readonly ThreadHandle[]
  readonly clock: Clock
  readonly stopping: AbortSignal
}

/** A thread that takes longer is not waited for, and joins when it is ready. */
const TOGETHER_MS = 500

/**
 * Starts threads, and lets them join the group at once: who joined alone would be given every task, and soon have to part with most.
 * The first makes the topics and notes the fingerprint down; the others then find both. Resolves when all have begun to join.
 * @throws what has ended one of them before
 */
export async function startTogether({ handles, clock, stopping }: StartTogetherOptions): Promise<void> {
  const ready = handles.map((handle) => firstOf('ready', handle, stopping))
  const started = handles.map((handle) => firstOf('started', handle, stopping))
  for (const heard of [...ready, ...started]) heard.catch(() => undefined)
  const [first, ...others] = handles
  first!.tell({ type: 'start' })
  await ready[0]
  for (const handle of others) handle.tell({ type: 'start' })
  const timer = new AbortController()
  const late = clock.sleep(TOGETHER_MS, timer.signal)
  await Promise.race([Promise.allSettled(ready), late])
  timer.abort()
  for (const handle of handles) handle.tell({ type: 'join' })
  await Promise.all(started)
}

/** Starts one beside others that run: it sees to everything by itself. */
export function startAlone(handle: ThreadHandle): void {
  handle.tell({ type: 'start' })
  handle.tell({ type: 'join' })
}

/** Resolves with the first message of a type, or where it is closed before. Rejects where it ends by itself before. */
function firstOf(type: 'ready' | 'started', handle: ThreadHandle, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    handle.onMessage((message) => {
      if (message.type === type) resolve()
      else if (message.type === 'ended' && message.error !== undefined) reject(toldError(message.error))
    })
    handle.onExit((code, error) => {
      if (code === 0 || stopping.aborted) resolve()
      else reject(error ?? diedWith(code))
    })
  })
}
