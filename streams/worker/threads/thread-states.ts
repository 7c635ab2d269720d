import type { WorkerState } from '../options'

/** The state of all threads together while none has failed (cf. KafkaStreams.StreamStateListener). */
export function stateOfAll(states: readonly WorkerState[]): WorkerState {
  const has = (state: WorkerState) => states.includes(state)
  if (states.every((state) => state === 'CREATED')) return 'CREATED'
  if (states.every((state) => state === 'NOT_RUNNING' || state === 'ERROR'))
    return has('ERROR') ? 'ERROR' : 'NOT_RUNNING'
  if (has('PENDING_ERROR')) return 'PENDING_ERROR'
  if (has('PENDING_SHUTDOWN')) return 'PENDING_SHUTDOWN'
  return states.every((state) => state === 'RUNNING') ? 'RUNNING' : 'REBALANCING'
}
