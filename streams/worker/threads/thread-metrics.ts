import type { Clock } from '../../clock'
import type { ThreadHandle } from './thread-handle'

/** A thread that is busy for longer is left out of this scrape. */
const ANSWER_MS = 2_000

/** Collects what several threads count. */
export interface ThreadMetrics {
  /** In Prometheus' text, each thread's by the label `thread`. */
  collect(threads: readonly ThreadHandle[]): Promise<string>
  /** A thread has answered. */
  answered(ask: number, metrics: readonly object[]): void
}

export function threadMetrics(clock: Clock): ThreadMetrics {
  const waiting = new Map<number, (metrics: readonly object[]) => void>()
  let asked = 0

  async function ask(thread: ThreadHandle): Promise<readonly object[]> {
    const own = ++asked
    const timer = new AbortController()
    const answer = new Promise<readonly object[]>((resolve) => waiting.set(own, resolve))
    thread.tell({ type: 'metrics', ask: own })
    const found = await Promise.race([answer, clock.sleep(ANSWER_MS, timer.signal).then(() => [])])
    timer.abort()
    waiting.delete(own)
    return found
  }
  return {
    collect: async (threads) => {
      const { AggregatorRegistry } = require('prom-client') as typeof import('prom-client') // only here: it delays a start
      const found = await Promise.all(threads.map(ask))
      return AggregatorRegistry.aggregate([...found]).metrics()
    },
    answered: (own, metrics) => waiting.get(own)?.(metrics),
  }
}
