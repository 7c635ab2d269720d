import { messageOf } from '../errors'
import type { ResolvedOptions, WorkerState } from './options'

export type StateListener = (state: WorkerState, previous: WorkerState) => void

/** The states a worker goes through, who listens to them, and how it ends. */
export interface Lifecycle {
  readonly state: WorkerState
  /** Aborts when the worker is to end in order. */
  readonly stopping: AbortSignal
  /** What the worker ends for, where it does not end in order. */
  readonly fatal: { readonly error: unknown } | undefined
  /** See Worker#done. */
  readonly done: Promise<void>
  set(next: WorkerState): void
  onState(listener: StateListener): void
  /** The worker is to end in order. */
  stop(): void
  /** The worker is to end for this; of several the first is kept. */
  fail(error: unknown): void
  /** It has ended: everything is closed. */
  end(): void
}

export function createLifecycle({
  applicationId,
  logger,
}: Pick<ResolvedOptions, 'applicationId' | 'logger'>): Lifecycle {
  const listeners: StateListener[] = []
  const stopping = new AbortController()
  let state: WorkerState = 'CREATED'
  let fatal: { readonly error: unknown } | undefined
  let settleDone!: { readonly resolve: () => void; readonly reject: (error: unknown) => void }
  const done = new Promise<void>((resolve, reject) => {
    settleDone = { resolve, reject }
  })
  done.catch(() => undefined)

  const set = (next: WorkerState) => {
    if (state === next) return
    const previous = state
    state = next
    logger.info({ applicationId, from: previous, to: next }, `${applicationId}: ${previous} -> ${next}`)
    for (const listener of listeners) listener(next, previous)
  }

  return {
    get state() {
      return state
    },
    get fatal() {
      return fatal
    },
    stopping: stopping.signal,
    done,
    set,
    onState: (listener) => {
      listeners.push(listener)
    },
    stop: () => stopping.abort(),
    fail: (error) => {
      fatal ??= { error }
    },
    end: () => {
      if (fatal === undefined) {
        set('NOT_RUNNING')
        settleDone.resolve()
        return
      }
      logger.error({ applicationId, err: fatal.error }, `${applicationId} stopped: ${messageOf(fatal.error)}`)
      set('ERROR')
      settleDone.reject(fatal.error)
    },
  }
}
