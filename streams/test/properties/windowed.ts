import type { GroupedStream } from '../../dsl/grouped-stream'
import { stream } from '../../dsl/stream'
import type { Table } from '../../dsl/table'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, type Serde, string } from '../../serdes'
import type { Windowed } from '../../serdes/windowed'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import type { WindowResult } from './models/windows'
import type { Step } from './steps'

const input = topic('in', { key: nullable(string), value: nullable(long) })

/** What comes out of each step of a windowed aggregation. */
export function runWindowed(
  all: readonly Step[],
  key: Serde<Windowed<string>>,
  aggregate: (grouped: GroupedStream<string, number | null>) => Table<Windowed<string>, string>,
): readonly (readonly WindowResult[])[] {
  const out = topic('out', { key, value: nullable(string) })
  const results = aggregate(stream(input).groupByKey()).toStream()
  const driver = testDriver(topology('windows', [results.to(out)]), { onError: failFast })
  const output = driver.output(out)
  return all.map((step) => {
    driver.input(input).pipe(step.key, step.value, { timestamp: step.timestamp })
    return output.read().map((record) => {
      const { value, timestamp } = record
      return { key: record.key.key, ...record.key.window, value, timestamp }
    })
  })
}

/** An aggregate that shows what it took, in what order. */
export const empty = () => ''
export const append = (text: string, value: number | null) => `${text}${value};`
export const merge = (left: string, right: string) => `${left}(${right})`

/** Longer than any case: then nothing leaves the store. */
export const ofDay = { retention: { days: 1 } }
