import fc from 'fast-check'
import type { GroupedStream } from '../../dsl/grouped-stream'
import { stream } from '../../dsl/stream'
import { untilTimeLimit } from '../../dsl/suppress'
import type { Table } from '../../dsl/table'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import { foldModel, type Row, timeLimitModel } from './models/aggregations'
import { numRuns, type Step, steps } from './steps'

const inputs = ['in-a', 'in-b'].map((name) => topic(name, { key: nullable(string), value: nullable(long) }))
const out = topic('out', { key: string, value: nullable(long) })
const rows = timestampedKeyValueStore('rows', { key: string, value: long })

type Grouped = GroupedStream<string, number | null>

/** What comes out of each step. */
function run(all: readonly Step[], aggregate: (a: Grouped, b: Grouped) => Table<string, number>) {
  const [a, b] = inputs.map((input) => stream(input).groupByKey())
  const table = aggregate(a!, b!)
  const driver = testDriver(topology('rows', [table.toStream().to(out)]), { onError: failFast })
  const output = driver.output(out)
  return all.map(({ topic: at, key, value, timestamp }) => {
    driver.input(inputs[at]!).pipe(key, value, { timestamp })
    return output.read().map((record): Row => ({ key: record.key, value: record.value, timestamp: record.timestamp }))
  })
}

const oneTopic = steps({ strideMs: 200 })
const count = (taken: number) => taken + 1
const sum = (total: number, value: number) => total + value
const untilNegative = (total: number, value: number) => (value < 0 ? null : total + value)

describe('aggregations without windows', () => {
  test('count', () => {
    fc.assert(
      fc.property(oneTopic, (all) => {
        expect(run(all, (grouped) => grouped.count(rows))).toEqual(foldModel(all, { initial: 0, fold: count }))
      }),
      { numRuns },
    )
  })

  test('reduce begins with the first value as it is', () => {
    fc.assert(
      fc.property(oneTopic, (all) => {
        expect(run(all, (grouped) => grouped.reduce(sum, rows))).toEqual(foldModel(all, { fold: sum }))
      }),
      { numRuns },
    )
  })

  test('an aggregator that gives null deletes the row, and the next value begins anew', () => {
    fc.assert(
      fc.property(oneTopic, (all) => {
        const aggregated = run(all, (grouped) => grouped.aggregate(() => 100, untilNegative, rows))
        expect(aggregated).toEqual(foldModel(all, { initial: 100, fold: untilNegative }))
      }),
      { numRuns },
    )
  })

  test('cogroup folds two streams into one aggregate', () => {
    fc.assert(
      fc.property(steps({ topics: 2, strideMs: 200 }), (all) => {
        const cogrouped = run(all, (a, b) =>
          a
            .cogroup((total: number, value) => total + value!)
            .cogroup(b, (total, value) => total - value!)
            .aggregate(() => 7, rows),
        )
        const fold = (total: number, value: number, topic: number) => total + (topic === 0 ? value : -value)
        expect(cogrouped).toEqual(foldModel(all, { initial: 7, fold }))
      }),
      { numRuns },
    )
  })

  test('updates held back for a time replace each other in the place of the first', () => {
    fc.assert(
      fc.property(oneTopic, fc.constantFrom(0, 300, 900), fc.constantFrom(1, 2, 99), (all, waitMs, maxRecords) => {
        const held = run(all, (grouped) =>
          grouped
            .aggregate(() => 0, untilNegative, rows)
            .suppress(untilTimeLimit({ ms: waitMs }, { maxRecords }), {
              name: 'held',
            }),
        )
        const updates = foldModel(all, { initial: 0, fold: untilNegative })
        expect(held).toEqual(timeLimitModel(updates, { waitMs, maxRecords }))
      }),
      { numRuns },
    )
  })
})
