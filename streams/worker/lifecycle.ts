import { MillraceError, messageOf } from '../errors'
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
  /** Quietly nothing where the worker is about to end, or already is there. @throws MillraceError CLOSED where there is no such way */
  set(next: WorkerState): void
  onState(listener: StateListener): void
  /** The worker is to end in order. */
  stop(): void
  /** The worker is to end for this; of several the first is kept. */
  fail(error: unknown): void
  /** It has ended: everything is closed. */
  end(): void
}

/** Where each state may lead (KafkaStreams.State); the last two of each way are its end. */
const transitions: Readonly<Record<WorkerState, readonly WorkerState[]>> = {
  CREATED: ['REBALANCING', 'PENDING_SHUTDOWN'],
  REBALANCING: ['RUNNING', 'PENDING_SHUTDOWN', 'PENDING_ERROR'],
  RUNNING: ['REBALANCING', 'PENDING_SHUTDOWN', 'PENDING_ERROR'],
  PENDING_SHUTDOWN: ['NOT_RUNNING'],
  NOT_RUNNING: [],
  PENDING_ERROR: ['ERROR'],
  ERROR: [],
}

/** Who is about to end does that, whatever else happens meanwhile. */
const ending: ReadonlySet<WorkerState> = new Set(['PENDING_SHUTDOWN', 'NOT_RUNNING', 'PENDING_ERROR', 'ERROR'])

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
    if (state === next || (ending.has(state) && !transitions[state].includes(next))) return
    if (!transitions[state].includes(next)) {
      throw new MillraceError('CLOSED', `${applicationId} cannot go from ${state} to ${next}`)
    }
    const previous = state
    state = next
    logger.info({ applicationId, from: previous, to: next }, `${applicationId}: ${previous} -> ${next}`)
    for (const listener of listeners) tell(listener, next, previous)
  }
  /** A listener that throws is no reason for the worker to stop. */
  const tell = (listener: StateListener, next: WorkerState, previous: WorkerState) => {
    try {
      listener(next, previous)
    } catch (error) {
      logger.error({ applicationId, err: error }, `${applicationId}: a state listener threw: ${messageOf(error)}`)
    }
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
      // An error on the way out of an orderly end is told by `done`; the state stays on its way, as in Kafka Streams.
      set(fatal === undefined || state === 'CREATED' ? 'PENDING_SHUTDOWN' : 'PENDING_ERROR')
      set(state === 'PENDING_ERROR' ? 'ERROR' : 'NOT_RUNNING')
      if (fatal === undefined) return settleDone.resolve()
      logger.error({ applicationId, err: fatal.error }, `${applicationId} stopped: ${messageOf(fatal.error)}`)
      settleDone.reject(fatal.error)
    },
  }
}
