import fc from 'fast-check'
import { table } from '../../dsl/table'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import { numRuns, steps } from './steps'

const input = topic('in', { key: nullable(string), value: long })
const rows = timestampedKeyValueStore('rows', { key: string, value: long })
const sums = timestampedKeyValueStore('sums', { key: string, value: long })
const counts = timestampedKeyValueStore('counts', { key: string, value: long })
/** Rows move between groups as their values change; 0 is in none. */
const group = (value: number) => (value === 0 ? null : value % 2 === 0 ? 'even' : 'odd')

describe('the groups of a table', () => {
  test('hold its rows as they are, wherever they came from and however they moved', () => {
    const present = table(input, rows).filter((value) => value > -2)
    const grouped = present.groupBy((value) => [group(value), value], { name: 'parity', key: string, value: long })
    const summed = grouped.reduce(
      (sum, value) => sum + value,
      (sum, value) => sum - value,
      sums,
    )
    const flow = topology('groups', [
      summed.toStream().foreach(() => undefined),
      present
        .groupBy((value) => [group(value), value], { name: 'counted', key: string, value: long })
        .count(counts)
        .toStream()
        .foreach(() => undefined),
    ])

    fc.assert(
      fc.property(steps({ strideMs: 100 }), (all) => {
        const driver = testDriver(flow, { onError: failFast, partitions: 3 })
        const held = new Map<string, number>()
        const groups = new Set<string>()
        for (const { key, value, timestamp } of all) {
          driver.input(input).pipe(key, value as number, { timestamp })
          if (key === null) continue
          if (value === null || value <= -2) held.delete(key)
          else held.set(key, value)
          const now = value === null || value <= -2 ? null : group(value)
          if (now !== null) groups.add(now)
        }
        const members = (name: string) => [...held.values()].filter((value) => group(value) === name)
        const found = (store: typeof sums | typeof counts) =>
          new Map(
            [0, 1, 2].flatMap((partition) =>
              [...driver.store(store, partition).all()].map(({ key, value }) => [key, value.value] as const),
            ),
          )
        const expected = (of: (values: readonly number[]) => number) =>
          new Map([...groups].map((name) => [name, of(members(name))]))
        expect(found(sums)).toEqual(expected((values) => values.reduce((sum, value) => sum + value, 0)))
        expect(found(counts)).toEqual(expected((values) => values.length))
        driver.close()
      }),
      { numRuns },
    )
  })
})
