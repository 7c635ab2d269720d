import { Registry } from 'prom-client'
import { registerMetrics } from '../../worker/metrics'
import { until } from '../workers'
import { group, rateOf, totals } from './fixtures'

test('what is asked, who answers, and how current the stores are can be scraped', async () => {
  const members = group({ standbyReplicas: 1 })
  const first = await members.start()
  await members.start()
  await members.settled()
  await members.writeRate('eur', 7)
  await until(async () => (await first.store(rateOf).get('eur')).value !== undefined)
  const at = await members.write('a', 1)
  await first.store(totals).get('a', { atLeast: at })
  await first.store(totals).all().answer()
  await expect(first.query('totals', { kind: 'sessions', key: 'a' })).rejects.toThrow()
  await until(() => members.workers.every(({ standbys }) => standbys.length === 2))

  const registry = new Registry()
  registerMetrics(registry, [first])
  const text = await registry.metrics()
  const sampleOf = (series: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')
        .at(-1),
    )
  const app = 'application_id="keeping"'
  expect(sampleOf(`kafka_streams_stream_metrics_client_state{${app}}`)).toBe(2)
  expect(sampleOf(`millrace_paused{${app}}`)).toBe(0)
  expect(sampleOf(`millrace_queries_total{${app},store="totals",kind="get"}`)).toBe(1)
  expect(sampleOf(`millrace_queries_total{${app},store="totals",kind="all"}`)).toBe(1)
  expect(sampleOf(`millrace_query_failures_total{${app},store="totals",code="QUERY_INVALID"}`)).toBe(1)
  expect(sampleOf(`millrace_query_answers_total{${app},store="totals",role="active"}`)).toBeGreaterThanOrEqual(2)
  expect(sampleOf(`millrace_query_answers_total{${app},store="rate-of",role="global"}`)).toBeGreaterThanOrEqual(1)
  expect(sampleOf(`millrace_query_hops_total{${app},store="totals"}`)).toBeGreaterThanOrEqual(2)
  expect(sampleOf(`millrace_query_seconds_total{${app}}`)).toBeGreaterThanOrEqual(0)
  for (const { taskId } of first.standbys) {
    expect(sampleOf(`millrace_standby_lag{${app},task_id="${taskId}"}`)).toBe(0)
  }
  const global = 'kafka_consumer_consumer_fetch_manager_metrics_records_lag{client_id="keeping-global-consumer"'
  expect(sampleOf(`${global},topic="rates",partition="0"}`)).toBe(0)
  await members.close()
})
