import fc from 'fast-check'
import { globalTable } from '../../dsl/global-table'
import { stream } from '../../dsl/stream'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { timestampedKeyValueStore } from '../../stores/declaration'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import { numRuns, steps } from './steps'

const inputs = ['stream', 'global'].map((name) => topic(name, { key: nullable(string), value: nullable(long) }))
const out = topic('out', { key: nullable(string), value: string })
const held = timestampedKeyValueStore('held', { key: string, value: long })
const select = (value: number) => (value < 0 ? null : ['a', 'b', '', 'ä'][value % 4]!)
const at = (value: number, row: number | null) => `${value}@${row}`

describe.each(['join', 'leftJoin'] as const)('%s of a stream with a global table', (kind) => {
  test('sees the row of the selected key, in whatever partition it lies, and after a restart', () => {
    const rows = globalTable(inputs[1]!, held)
    const source = stream(inputs[0]!)
    const result = kind === 'join' ? source.join(rows, select, at) : source.leftJoin(rows, select, at)
    const joined = topology('looked', [result.to(out)])
    fc.assert(
      fc.property(steps({ topics: 2, strideMs: 100 }), fc.infiniteStream(fc.boolean()), (all, restarts) => {
        const driver = testDriver(joined, { onError: failFast, partitionsOf: { stream: 2, global: 3 } })
        const output = driver.output(out)
        const model = new Map<string, number>()
        for (const { topic: input, key, value, timestamp } of all) {
          if (restarts.next().value) driver.restart()
          driver.input(inputs[input]!).pipe(key, value, { timestamp })
          if (input === 1 && key !== null) value === null ? model.delete(key) : model.set(key, value)
          const selected = value === null ? null : select(value)
          const row = selected === null ? undefined : model.get(selected)
          const joins = input === 0 && value !== null && (row !== undefined || kind === 'leftJoin')
          const expected = joins ? [{ key, value: at(value, row ?? null), timestamp }] : []
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
