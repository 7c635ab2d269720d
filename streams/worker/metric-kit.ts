import type { Registry } from 'prom-client'
import type { Counters } from './counters'
import type { Worker } from './worker'

type Labels = Readonly<Record<string, string>>
type Collect = (set: (labels: Labels, value: number) => void) => void

/** Makes metrics whose values are read when they are scraped: the record path only counts. */
export interface MetricKit {
  gauge(name: string, help: string, labelNames: readonly string[], collect: Collect): void
  total(name: string, help: string, labelNames: readonly string[], collect: Collect): void
  /** One of the workers' counts, by what it is kept by. */
  totalBy(name: string, help: string, label: string, of: (counters: Counters) => ReadonlyMap<string, number>): void
  totalOf(name: string, help: string, of: (counters: Counters) => number): void
  /** One of their counts that are kept by store and something else, such as the kind of a query. */
  totalByPair(
    name: string,
    help: string,
    labels: readonly [string, string],
    of: (counters: Counters) => ReadonlyMap<string, number>,
  ): void
}

export function metricKit(registry: Registry, workers: readonly Worker[]): MetricKit {
  const { Counter, Gauge } = require('prom-client') as typeof import('prom-client') // only here: loading it delays every start
  const gauge: MetricKit['gauge'] = (name, help, labelNames, collect) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset()
        collect((labels, value) => this.set(labels, value))
      },
    })
  const total: MetricKit['total'] = (name, help, labelNames, collect) =>
    new Counter({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset()
        collect((labels, value) => this.inc(labels, value))
      },
    })
  return {
    gauge,
    total,
    totalBy: (name, help, label, of) =>
      total(name, help, ['application_id', label], (set) => {
        for (const { applicationId, counters } of workers) {
          for (const [key, value] of of(counters)) set({ application_id: applicationId, [label]: key }, value)
        }
      }),
    totalOf: (name, help, of) =>
      total(name, help, ['application_id'], (set) => {
        for (const { applicationId, counters } of workers) set({ application_id: applicationId }, of(counters))
      }),
    totalByPair: (name, help, labels, of) =>
      total(name, help, ['application_id', ...labels], (set) => {
        for (const { applicationId, counters } of workers) {
          for (const [pair, value] of of(counters)) {
            const [first, second] = pair.split(' ') as [string, string]
            set({ application_id: applicationId, [labels[0]]: first, [labels[1]]: second }, value)
          }
        }
      }),
  }
}
