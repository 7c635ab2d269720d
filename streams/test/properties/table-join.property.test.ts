import fc from 'fast-check'
import { stream } from '../../dsl/stream'
import { type Table, table } from '../../dsl/table'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import { numRuns, type Step, steps } from './steps'

const inputs = ['left', 'right'].map((name) => topic(name, { key: nullable(string), value: nullable(long) }))
const out = topic('out', { key: string, value: nullable(string) })
const looked = topic('looked', { key: nullable(string), value: string })
const numbers = (name: string) => timestampedKeyValueStore(name, { key: string, value: long })
const joined = timestampedKeyValueStore('joined', { key: string, value: string })
const plus = (left: number | null, right: number | null) => `${left}+${right}`

const kinds = {
  join: (left: Table<string, number>, right: Table<string, number>) => left.join(right, plus, joined),
  leftJoin: (left: Table<string, number>, right: Table<string, number>) => left.leftJoin(right, plus, joined),
  outerJoin: (left: Table<string, number>, right: Table<string, number>) => left.outerJoin(right, plus, joined),
}

/** What the rows of a join are, by what both sides hold under a key. */
function row(kind: keyof typeof kinds, left: number | undefined, right: number | undefined): string | undefined {
  const needed = { join: [left, right], leftJoin: [left], outerJoin: [left ?? right] }[kind]
  return needed.includes(undefined) ? undefined : plus(left ?? null, right ?? null)
}

/** Both sides as plain maps; whatever the timestamps, the latest write counts. */
function sidesAfter(all: readonly Step[]): readonly [Map<string, number>, Map<string, number>] {
  const sides = [new Map<string, number>(), new Map<string, number>()] as const
  for (const { topic: at, key, value } of all) {
    if (key === null) continue
    if (value === null) sides[at]!.delete(key)
    else sides[at]!.set(key, value)
  }
  return sides
}

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('the %s of two tables', (kind) => {
  test('holds the rows of the join after every change, in its store and in what it puts out', () => {
    fc.assert(
      fc.property(steps({ topics: 2, strideMs: 100 }), (all) => {
        const [left, right] = inputs.map((input, side) => table(input, numbers(`rows-${side}`))) as [
          Table<string, number>,
          Table<string, number>,
        ]
        const driver = testDriver(topology('joined', [kinds[kind](left, right).toStream().to(out)]), {
          onError: failFast,
        })
        const seen = new Map<string, string>()
        const output = driver.output(out)
        all.forEach((step, index) => {
          driver.input(inputs[step.topic]!).pipe(step.key, step.value, { timestamp: step.timestamp })
          for (const { key, value } of output.read()) value === null ? seen.delete(key) : seen.set(key, value)
          const sides = sidesAfter(all.slice(0, index + 1))
          for (const key of new Set(all.flatMap((one) => one.key ?? []))) {
            const expected = row(kind, sides[0].get(key), sides[1].get(key))
            expect([driver.store(joined).get(key)?.value, seen.get(key)]).toEqual([expected, expected])
          }
        })
        driver.close()
      }),
      { numRuns },
    )
  })
})

describe('a stream joined with a table', () => {
  test('sees the row as it is when the record comes, whatever the timestamps', () => {
    fc.assert(
      fc.property(steps({ topics: 2, strideMs: 100 }), fc.boolean(), (all, left) => {
        const rows = table(inputs[1]!, numbers('rows'))
        const source = stream(inputs[0]!)
        const result = left ? source.leftJoin(rows, plus) : source.join(rows, plus)
        const driver = testDriver(topology('looked', [result.to(looked)]), { onError: failFast })
        const output = driver.output(looked)
        const held = new Map<string, number>()
        for (const { topic: at, key, value, timestamp } of all) {
          driver.input(inputs[at]!).pipe(key, value, { timestamp })
          if (at === 1 && key !== null) value === null ? held.delete(key) : held.set(key, value)
          const right = key === null ? undefined : held.get(key)
          const joins = at === 0 && value !== null && (right !== undefined || left)
          const expected = joins ? [{ key, value: plus(value, right ?? null), timestamp }] : []
          expect(
            output.read().map((record) => ({ key: record.key, value: record.value, timestamp: record.timestamp })),
          ).toEqual(expected)
        }
        driver.close()
      }),
      { numRuns },
    )
  })
})
