/** What the queries of a worker come to, for metrics. */
export interface QueryCounts {
  /** Questions this instance has put or been put, by store and kind. */
  readonly asked: Map<string, number>
  /** Partitions of stores it has answered for, by store and role. */
  readonly answered: Map<string, number>
  /** Partitions of stores that another member was asked for, by store. */
  readonly forwarded: Map<string, number>
  /** Questions that ended in an error, by store and code. */
  readonly failed: Map<string, number>
  /** Entries handed on from the stores of this instance, by store. */
  readonly entries: Map<string, number>
  readonly seconds: { total: number }
}

export function queryCounts(): QueryCounts {
  return {
    asked: new Map(),
    answered: new Map(),
    forwarded: new Map(),
    failed: new Map(),
    entries: new Map(),
    seconds: { total: 0 },
  }
}

/** Names of stores have no space. */
export function countPair(of: Map<string, number>, store: string, what: string, by = 1): void {
  const pair = `${store} ${what}`
  of.set(pair, (of.get(pair) ?? 0) + by)
}
