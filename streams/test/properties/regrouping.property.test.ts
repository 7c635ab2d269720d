import fc from 'fast-check'
import { stream } from '../../dsl/stream'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import { numRuns, steps } from './steps'

const input = topic('in', { key: nullable(string), value: nullable(long) })
const sums = timestampedKeyValueStore('sums', { key: string, value: long })
const parity = (value: number | null) => (value === null || value === 0 ? null : value % 2 === 0 ? 'even' : 'odd')

describe('groupBy', () => {
  test('brings all records of a group to one partition, whatever their own', () => {
    const summed = stream(input)
      .groupBy(parity, { name: 'parity', key: string, value: long })
      .reduce((sum, value) => sum + value, sums)
    const regrouped = topology('regrouped', [summed.toStream().foreach(() => undefined)])

    fc.assert(
      fc.property(steps({ strideMs: 100 }), (all) => {
        const driver = testDriver(regrouped, { onError: failFast, partitions: 3 })
        const expected = new Map<string, number>()
        for (const [at, { key, value, timestamp }] of all.entries()) {
          driver.input(input).pipe(key, value, { timestamp, partition: at % 3 })
          const group = parity(value)
          if (group !== null) expected.set(group, (expected.get(group) ?? 0) + value!)
        }
        const found = [0, 1, 2].flatMap((partition) =>
          [...driver.store(sums, partition).all()].map(({ key, value }) => [key, value.value] as const),
        )
        expect(found).toHaveLength(expected.size)
        expect(new Map(found)).toEqual(expected)
      }),
      { numRuns },
    )
  })
})
