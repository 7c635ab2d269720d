import fc from 'fast-check'
import { type Table, table } from '../../dsl/table'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import { foreignKeyModel, type Result } from './models/foreign-key'
import { byBytes, numRuns, type Step, steps } from './steps'

const inputs = ['left', 'right'].map((name) => topic(name, { key: nullable(string), value: nullable(long) }))
const out = topic('out', { key: string, value: nullable(string) })
const rows = inputs.map(({ name }) => timestampedKeyValueStore(`${name}-rows`, { key: string, value: long }))
const joined = timestampedKeyValueStore('joined', { key: string, value: string })
const foreignKey = (value: number) => (value < 0 ? null : ['a', 'b', '', 'ä'][value % 4]!)
const at = (left: number, right: number | null) => `${left}@${right}`

type Rows = Table<string, number>

function joinedTopology(kind: 'join' | 'leftJoin') {
  const [left, right] = inputs.map((input, side) => table(input, rows[side]!)) as [Rows, Rows]
  const options = { name: 'by-foreign-key', store: joined }
  const result =
    kind === 'join' ? left.join(right, foreignKey, at, options) : left.leftJoin(right, foreignKey, at, options)
  return topology('foreign', [result.toStream().to(out)])
}

interface Circumstances {
  readonly partitions: readonly [left: number, right: number]
  /** Whether the tasks are opened anew before a step. */
  readonly restarts: readonly boolean[]
}

/** What comes out of each step, and what the store of the result holds in the end. */
function run(kind: 'join' | 'leftJoin', all: readonly Step[], { partitions: [left, right], restarts }: Circumstances) {
  const driver = testDriver(joinedTopology(kind), { onError: failFast, partitionsOf: { left, right } })
  const output = driver.output(out)
  const results = all.map(({ topic: side, key, value, timestamp }, step) => {
    if (restarts[step] === true) driver.restart()
    driver.input(inputs[side]!).pipe(key, value, { timestamp })
    return output.read().map((record) => ({ key: record.key, value: record.value, timestamp: record.timestamp }))
  })
  const kept = Array.from({ length: left }, (_, partition) => [...driver.store(joined, partition).all()]).flat()
  driver.close()
  return { results, kept: new Map(kept.map((row) => [row.key, row.value])) }
}

function rowsAfter(results: readonly (readonly Result[])[]): ReadonlyMap<string, object> {
  const after = new Map<string, object>()
  for (const { key, value, timestamp } of results.flat()) {
    if (value === null) after.delete(key)
    else after.set(key, { value, timestamp })
  }
  return after
}

const byKey = (results: readonly Result[]) => [...results].sort((a, b) => byBytes(a.key, b.key))
const count = fc.integer({ min: 1, max: 3 })

describe.each(['join', 'leftJoin'] as const)('%s of two tables by a foreign key', (kind) => {
  const model = (all: readonly Step[]) => foreignKeyModel(all, { left: kind === 'leftJoin', foreignKey })

  test('gives what the model gives, record for record', () => {
    fc.assert(
      fc.property(steps({ topics: 2, strideMs: 100 }), (all) => {
        const expected = model(all)
        const { results, kept } = run(kind, all, { partitions: [1, 1], restarts: [] })
        expect(results).toEqual(expected)
        expect(kept).toEqual(rowsAfter(expected))
      }),
      { numRuns },
    )
  })

  test('gives the same however the tables are partitioned, and after a restart', () => {
    fc.assert(
      fc.property(
        steps({ topics: 2, strideMs: 100 }),
        fc.tuple(count, count),
        fc.array(fc.boolean(), { maxLength: 30 }),
        (all, partitions, restarts) => {
          const expected = model(all)
          const { results, kept } = run(kind, all, { partitions, restarts })
          expect(results.map(byKey)).toEqual(expected)
          expect(kept).toEqual(rowsAfter(expected))
        },
      ),
      { numRuns },
    )
  })
})
