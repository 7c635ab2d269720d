import { messageOf } from '../errors'
import type { Lifecycle } from './lifecycle'
import type { WorkerState } from './options'
import type { Runners } from './runners'

/** How a worker is, for the probes of whatever runs the process. */
export interface Health {
  /** False once it has ended or is to end by an error: the process is to be started again. */
  readonly live: boolean
  /** All its tasks are open and process, or would if they were not paused. */
  readonly ready: boolean
  readonly state: WorkerState
  readonly paused: boolean
  /** What is in the way, where something is. */
  readonly reasons: readonly string[]
}

export interface HealthOf {
  readonly applicationId: string
  readonly lifecycle: Pick<Lifecycle, 'state' | 'fatal'>
  readonly runners: Pick<Runners, 'all'>
  readonly paused: boolean
}

/** Nothing that has stopped looks well: what has ended, by whatever way, is neither live nor ready. */
export function healthOf({ applicationId, lifecycle, runners, paused }: HealthOf): Health {
  const { state, fatal } = lifecycle
  const live = fatal === undefined && state !== 'ERROR' && state !== 'PENDING_ERROR' && state !== 'NOT_RUNNING'
  const waiting = runners.all.flatMap(({ id, state: own }) =>
    own === 'running' || own === 'committing' ? [] : [`task ${id} is ${own}`],
  )
  const stopped = fatal === undefined ? [] : [`${applicationId} stops: ${messageOf(fatal.error)}`]
  const inState = state === 'RUNNING' ? [] : [`${applicationId} is ${state}`]
  return {
    live,
    ready: live && state === 'RUNNING' && waiting.length === 0,
    state,
    paused,
    reasons: [...stopped, ...inState, ...waiting, ...(paused ? [`${applicationId} is paused`] : [])],
  }
}
