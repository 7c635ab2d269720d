import fc from 'fast-check'
import { joinStores } from '../../dsl/join-stores'
import { type Stream, stream } from '../../dsl/stream'
import { within } from '../../dsl/within'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import { type JoinModelOptions, joinModel } from './models/stream-join'
import { numRuns, type Step, steps } from './steps'

const inputs = ['left', 'right'].map((name) => topic(name, { key: nullable(string), value: nullable(long) }))
const out = topic('out', { key: nullable(string), value: string })
const stores = joinStores('joined', { key: string, left: long, right: long })

type Numbers = Stream<string | null, number | null>

function run(all: readonly Step[], { kind, beforeMs, afterMs, graceMs }: JoinModelOptions) {
  const window = within({ before: { ms: beforeMs }, after: { ms: afterMs }, grace: { ms: graceMs } })
  const [left, right] = inputs.map((input) => stream(input)) as [Numbers, Numbers]
  const plus = (l: number | null, r: number | null) => `${l}+${r}`
  // The verbs take more than streams, so a union of them is not callable.
  const joined = {
    join: () => left.join(right, plus, window, stores),
    leftJoin: () => left.leftJoin(right, plus, window, stores),
    outerJoin: () => left.outerJoin(right, plus, window, stores),
  }[kind]()
  const driver = testDriver(topology('joined', [joined.to(out)]), { onError: failFast })
  const output = driver.output(out)
  return all.map(({ topic: at, key, value, timestamp }) => {
    driver.input(inputs[at]!).pipe(key, value, { timestamp })
    return output.read().map((record) => ({ key: record.key, value: record.value, timestamp: record.timestamp }))
  })
}

const span = fc.constantFrom(0, 1, 200, 500, 1000)

describe.each(['join', 'leftJoin', 'outerJoin'] as const)('%s of two streams', (kind) => {
  test('gives what the model gives, record for record', () => {
    fc.assert(
      fc.property(steps({ topics: 2, strideMs: 300 }), span, span, span, (all, beforeMs, afterMs, graceMs) => {
        const options = { kind, beforeMs, afterMs, graceMs }
        expect(run(all, options)).toEqual(joinModel(all, options))
      }),
      { numRuns },
    )
  })
})
