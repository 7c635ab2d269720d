import { type Final, unorderedDifference } from './final'
import type { Vector, VectorRecord } from './vector'

/**
 * What of a run on several partitions must be as Kafka Streams has it on one. Everything, always, must be as the test
 * driver has it on the same number of partitions: the content of the vector's stores over all partitions, the answers of
 * versioned stores, and the output records as a multiset per topic and partition. And a worker that starts afterwards must
 * find the stores as the one before left them.
 */
export type AsTheVector = 'stores and outputs' | 'stores' | 'nothing'

export interface Comparison {
  readonly asTheVector: AsTheVector
  readonly why: string
  readonly scenarios: readonly string[]
}

/** How each scenario is compared. Every one stands here once; one that does not has failed. */
export const comparisons: readonly Comparison[] = [
  {
    asTheVector: 'stores and outputs',
    why: 'what comes of a key depends on the records of that key alone, and on their order, not on time',
    scenarios: [
      'aggregate-tombstone',
      'cogroup',
      'deserialization-continue',
      'dynamic-routing',
      'filter-map',
      'flat-map',
      'foreign-key-join',
      'foreign-key-left-join',
      'forward-to-child',
      'group-by-key-count',
      'group-by-key-reduce',
      'group-by-repartition-count',
      'headers',
      'merge-select-key',
      'orders-status',
      'process-dedupe',
      'process-values',
      'processing-continue',
      'repartition',
      'split-branch',
      'stream-globaltable-join',
      'stream-globaltable-left-join',
      'stream-joins-own-aggregate',
      'stream-table-join',
      'stream-table-join-rekeyed',
      'stream-table-left-join',
      'stream-to-table',
      'table-filter-map-values',
      'table-filter-materialized',
      'table-group-by-aggregate',
      'table-group-by-count',
      'table-group-by-reduce',
      'table-join-then-group-by',
      'table-table-join',
      'table-table-join-unmaterialized',
      'table-table-left-join',
      'table-table-outer-join',
      'table-to-stream-out-of-order',
      'through-topic',
      'wordcount-windowless',
    ],
  },
  {
    asTheVector: 'stores',
    why: 'the stores depend on the records of each key alone, but an output tells of the whole task: a range over all its keys, a punctuation of each task, a buffer for so many of its results, a join whose records expire by its stream time',
    scenarios: ['kv-store-ranges', 'punctuate-wall-clock', 'suppress-max-records', 'timestamp-rules'],
  },
  {
    asTheVector: 'nothing',
    why: 'windows and versions expire, close and are late by the stream time of their task, which on several partitions is behind that of the one task of the vector',
    scenarios: [
      'cogroup-session',
      'cogroup-tumbling',
      'emit-on-close-hopping',
      'emit-on-close-session',
      'emit-on-close-sliding',
      'emit-on-close-tumbling',
      'hopping-count',
      'session-aggregate',
      'session-count',
      'session-reduce-long-grace',
      'session-store-processor',
      'sliding-aggregate-no-grace',
      'sliding-count',
      'stream-stream-join-then-count',
      'suppress-session-closes',
      'suppress-window-closes',
      'timestamp-extractor',
      'tumbling-aggregate-grace',
      'tumbling-count-no-grace',
      'versioned-stream-table-join',
      'versioned-stream-table-join-grace',
      'versioned-stream-table-left-join',
      'versioned-stream-table-left-join-grace',
      'versioned-table-out-of-order',
      'versioned-table-table-join',
      'window-store-dedupe',
      'window-store-ttl',
      'windowed-top-n',
    ],
  },
  {
    asTheVector: 'nothing',
    why: 'a stream-time punctuation empties the store of its own task, by the stream time of that task',
    scenarios: ['punctuate-stream-time'],
  },
  {
    asTheVector: 'nothing',
    why: 'no stores to compare, and the outputs depend on the stream time of the task: what of a join has expired or waits without a partner, what a suppression lets go',
    scenarios: [
      'orders-dispatch',
      'orders-unpaid',
      'stream-stream-join',
      'stream-stream-join-asymmetric',
      'stream-stream-join-no-grace',
      'stream-stream-left-join',
      'stream-stream-left-join-asymmetric',
      'stream-stream-outer-join',
      'stream-stream-outer-join-throttled',
      'stream-stream-self-join',
      'suppress-time-limit',
    ],
  },
  {
    asTheVector: 'nothing',
    why: 'no stores to compare, and the outputs name partitions and offsets',
    scenarios: ['record-metadata'],
  },
]

/** @throws Error for a scenario that does not stand in the table exactly once */
export function comparisonOf(scenario: string): Comparison {
  const [found, ...others] = comparisons.flatMap((comparison) =>
    comparison.scenarios.filter((name) => name === scenario).map(() => comparison),
  )
  if (found === undefined || others.length > 0) {
    throw new Error(
      `scenario ${scenario} must stand once in the table of comparisons.ts, not ${others.length + (found === undefined ? 0 : 1)} times`,
    )
  }
  return found
}

/** The first difference of a run on a log from that of the test driver, or from the vector as far as it is comparable. */
export function finalDifference(vector: Vector, got: Final, driver: Final): string | undefined {
  const { asTheVector } = comparisonOf(vector.scenario)
  return (
    differenceFrom('the test driver', driver, got) ??
    labelled('the worker before', 'reopened store', got.stores, got.reopened ?? {}) ??
    (asTheVector === 'nothing' ? undefined : labelled('the vector', 'store', vector.expected.stores, got.stores)) ??
    (asTheVector === 'stores and outputs' ? vectorOutputs(vector, got) : undefined)
  )
}

function differenceFrom(whom: string, expected: Final, got: Final): string | undefined {
  return (
    labelled(whom, 'store', expected.stores, got.stores) ??
    labelled(whom, 'versioned store', expected.asOf, got.asOf) ??
    labelled(whom, 'topic', expected.outputs, got.outputs)
  )
}

type Named = Readonly<Record<string, readonly unknown[]>>

function labelled(whom: string, what: string, expected: Named, got: Named): string | undefined {
  const difference = unorderedDifference(expected, got)
  return difference && `unlike ${whom}, ${what} ${difference}`
}

function vectorOutputs({ expected }: Vector, got: Final): string | undefined {
  return labelled('the vector', 'topic', withoutPlace(expected.outputs), withoutPlace(got.outputs))
}

/** Partitions are ours alone; no headers and absent headers are the same. */
function withoutPlace(outputs: Readonly<Record<string, readonly VectorRecord[]>>): Named {
  return Object.fromEntries(
    Object.entries(outputs).map(([topic, records]) => [
      topic,
      records.map(({ key, value, timestamp, headers = [] }) => ({ key, value, timestamp, headers })),
    ]),
  )
}
