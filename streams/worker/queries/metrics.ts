import type { MetricKit } from '../metric-kit'

/** What is asked of stores, and who answers. */
export function registerQueryMetrics({ totalBy, totalByPair, totalOf }: MetricKit): void {
  totalByPair(
    'millrace_queries_total',
    'Queries of stores, by store and kind',
    ['store', 'kind'],
    (of) => of.queries.asked,
  )
  totalByPair(
    'millrace_query_failures_total',
    'Queries that ended in an error, by store and code',
    ['store', 'code'],
    (of) => of.queries.failed,
  )
  totalByPair(
    'millrace_query_answers_total',
    'Partitions of stores answered for by this instance, by store and role',
    ['store', 'role'],
    (of) => of.queries.answered,
  )
  totalBy(
    'millrace_query_hops_total',
    'Partitions of stores that another member was asked for, by store',
    'store',
    (of) => of.queries.forwarded,
  )
  totalBy(
    'millrace_query_entries_total',
    'Entries read from the stores of this instance for queries, by store',
    'store',
    (of) => of.queries.entries,
  )
  totalOf('millrace_query_seconds_total', 'Time until queries began to be answered', (of) => of.queries.seconds.total)
}
