import type { Clock } from '../../clock'
import type { Logger } from '../../logger'
import type { WorkerState } from '../options'
import type { Worker } from '../worker'
import type { StartThread, ThreadOptions } from './thread-handle'

/** What becomes of the process when a thread dies; cf. the answers of `onUncaught`, and KIP-671. */
export type ThreadFailureAnswer = 'replace-thread' | 'shutdown-client'

export interface ThreadFailure {
  readonly error: unknown
  readonly threadIndex: number
  /** How often this thread has been replaced. */
  readonly replacements: number
}

export interface WorkerThreadsOptions {
  /** The module whose default export is `defineWorker(…)`: an absolute path, or a `file:` URL. */
  readonly module: string | URL
  /** Each is a member of the group. */
  readonly threads: number
  /**
   * Asked when a thread dies of what nothing in it catches: an exception in a callback, too little memory. An error that stops its
   * worker has been answered by that worker's `onUncaught`, and ends all. Default `shutdown-client`: the others end in order, and
   * `done` rejects.
   */
  readonly onThreadFailure?: (failure: ThreadFailure) => ThreadFailureAnswer
  /** Takes what the threads log too. */
  readonly logger?: Logger
  readonly clock?: Clock
  /** Makes the id by which the group knows what shares a state directory. Default: random. */
  readonly newId?: () => string
  readonly threadOptions?: ThreadOptions
  /** Default: threads of this process. */
  readonly startThread?: StartThread
}

export interface ThreadStatus {
  readonly threadIndex: number
  readonly state: WorkerState
  /** Its id in the group. */
  readonly memberId: string | undefined
  readonly replacements: number
}

/** Several workers in one process, one a thread, as if they were one. */
export interface WorkerThreads
  extends Pick<Worker, 'state' | 'start' | 'close' | 'onState' | 'done' | 'ready' | 'metadata' | 'restoring'> {
  readonly threads: readonly ThreadStatus[]
  /** What `registerMetrics` offers of each thread, by the label `thread`, in Prometheus' text. A thread that is too busy is left out. */
  metrics(): Promise<string>
  pause(): void
  resume(): void
}
