import type { MetricKit } from './metric-kit'
import type { WorkerState } from './options'
import type { Worker } from './worker'

/** By the numbers of KafkaStreams.State. */
const states: readonly WorkerState[] = [
  ...(['CREATED', 'REBALANCING', 'RUNNING', 'PENDING_SHUTDOWN'] as const),
  ...(['NOT_RUNNING', 'PENDING_ERROR', 'ERROR'] as const),
]

/** How the workers are, and how current their stores: restores, standbys and global tables. */
export function registerStateMetrics({ gauge, totalBy }: MetricKit, workers: readonly Worker[]): void {
  gauge(
    'kafka_streams_stream_metrics_client_state',
    'State: 0 created, 1 rebalancing, 2 running, 3 pending shutdown, 4 not running, 5 pending error, 6 error',
    ['application_id'],
    (set) => {
      for (const { applicationId, state } of workers) set({ application_id: applicationId }, states.indexOf(state))
    },
  )
  gauge('millrace_paused', '1 while the worker is paused', ['application_id'], (set) => {
    for (const { applicationId, isPaused } of workers) set({ application_id: applicationId }, isPaused ? 1 : 0)
  })
  gauge(
    'kafka_streams_stream_task_metrics_restore_remaining_records_total',
    'Changelog records still to be restored before the task processes',
    ['application_id', 'task_id'],
    (set) => {
      for (const { applicationId, restoring } of workers) {
        for (const { taskId, total, restored } of restoring)
          set({ application_id: applicationId, task_id: taskId }, Math.max(0, total - restored))
      }
    },
  )
  gauge(
    'kafka_streams_stream_task_metrics_restore_rate',
    'Changelog records restored per second, since the restore began',
    ['application_id', 'task_id'],
    (set) => {
      for (const { applicationId, restoring } of workers) {
        for (const { taskId, rate } of restoring) set({ application_id: applicationId, task_id: taskId }, rate)
      }
    },
  )
  totalBy(
    'kafka_streams_stream_task_metrics_restore_total',
    'Changelog records restored before tasks could process, by task',
    'task_id',
    (of) => of.restored,
  )
  totalBy(
    'kafka_streams_stream_task_metrics_update_total',
    'Changelog records read by standbys, by task',
    'task_id',
    (of) => of.standbyRecords,
  )
  gauge('millrace_standby_lag', 'Changelog records a standby is behind', ['application_id', 'task_id'], (set) => {
    for (const { applicationId, standbys } of workers) {
      for (const { taskId, lag } of standbys) set({ application_id: applicationId, task_id: taskId }, lag)
    }
  })
  gauge(
    'kafka_consumer_consumer_fetch_manager_metrics_records_lag',
    'Records that global tables have not yet read, by partition',
    ['client_id', 'topic', 'partition'],
    (set) => {
      for (const { applicationId, globalLag } of workers) {
        for (const { topic, partition, lag } of globalLag)
          set({ client_id: `${applicationId}-global-consumer`, topic, partition: String(partition) }, lag)
      }
    },
  )
}
