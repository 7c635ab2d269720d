import type { Registry } from 'prom-client'
import { metricKit } from './metric-kit'
import { registerQueryMetrics } from './queries/metrics'
import { registerStateMetrics } from './state-metrics'
import type { Worker } from './worker'

/**
 * Offers what the workers count to Prometheus, in the names of Kafka's JMX exporter where there is one. Values are read
 * when they are scraped: the record path only counts.
 */
export function registerMetrics(registry: Registry, workers: readonly Worker[]): void {
  const kit = metricKit(registry, workers)
  const { gauge, totalBy, totalOf } = kit
  registerStateMetrics(kit, workers)
  registerQueryMetrics(kit)
  totalBy('millrace_processed_records_total', 'Source records processed, by task', 'task_id', (of) => of.processed)
  totalBy(
    'millrace_published_records_total',
    'Records written and acknowledged, by topic',
    'topic',
    (of) => of.published,
  )
  totalBy(
    'millrace_dead_lettered_records_total',
    'Records put into dead letters, by source topic',
    'topic',
    (of) => of.deadLettered,
  )
  totalBy('millrace_dropped_records_total', 'Records left out on purpose, by reason', 'reason', (of) => of.dropped)
  totalOf('millrace_call_retries_total', 'Calls of mapAsync that were tried again', (of) => of.retries.count)
  totalOf(
    'millrace_task_restarts_total',
    'Tasks closed without a commit and opened again',
    (of) => of.taskRestarts.count,
  )
  totalOf('millrace_commits_total', 'Commits of tasks', (of) => of.commits.count)
  totalOf('millrace_commit_seconds_total', 'Time spent in commits', (of) => of.commits.totalMs / 1000)
  gauge(
    'kafka_consumergroup_lag',
    'Records not yet processed, by partition',
    ['consumergroup', 'topic', 'partition'],
    (set) => {
      for (const { applicationId, tasks } of workers) {
        for (const { task } of tasks) {
          for (const { topic, partition, lag } of task?.lag ?? [])
            set({ consumergroup: applicationId, topic, partition: String(partition) }, lag)
        }
      }
    },
  )
  gauge(
    'kafka_streams_stream_thread_metrics_process_rate',
    'Source records processed per second since the last scrape',
    ['application_id'],
    processRates(workers),
  )
}

function processRates(workers: readonly Worker[]) {
  const last = new Map<string, { readonly at: number; readonly processed: number }>()
  return (set: (labels: Record<string, string>, value: number) => void): void => {
    for (const { applicationId, counters, now } of workers) {
      const processed = [...counters.processed.values()].reduce((sum, value) => sum + value, 0)
      const before = last.get(applicationId)
      const at = now()
      last.set(applicationId, { at, processed })
      const seconds = before === undefined ? 0 : (at - before.at) / 1000
      set(
        { application_id: applicationId },
        before === undefined || seconds <= 0 ? 0 : (processed - before.processed) / seconds,
      )
    }
  }
}
