import fc from 'fast-check'
import { stream } from '../../dsl/stream'
import { table } from '../../dsl/table'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { versionedStore } from '../../stores/declaration'
import { testDriver } from '../../testing/driver'
import { topic } from '../../topics'
import { byBytes, numRuns, type Step, steps } from './steps'

const historyMs = 1000
const records = topic('records', { key: nullable(string), value: nullable(long) })
const rows = topic('rows', { key: nullable(string), value: long })
const out = topic('out', { key: nullable(string), value: string })
const versions = versionedStore('versions', { key: string, value: long, historyRetentionMs: historyMs })

interface Write {
  readonly value: number | null
  readonly timestamp: number
}

/** All writes of a table, by key: a row as of a time is the newest one that is not newer than it. */
function naiveHistory() {
  const writes = new Map<string, Write[]>()
  let newest = -1
  const newestOf = (key: string, asOf: number): Write | undefined =>
    (writes.get(key) ?? []).filter(({ timestamp }) => timestamp <= asOf).sort((a, b) => b.timestamp - a.timestamp)[0]
  const latest = (key: string) => newestOf(key, Number.POSITIVE_INFINITY)
  return {
    /** Kafka Streams does not remember every deletion; here only those are made that it does. */
    remembers: (key: string, { value, timestamp }: Write) => {
      const last = latest(key)
      return value !== null || (last !== undefined && last.value !== null && last.timestamp < timestamp)
    },
    put: (key: string, write: Write) => {
      newest = Math.max(newest, write.timestamp)
      if (write.timestamp < newest - historyMs) return
      const others = (writes.get(key) ?? []).filter(({ timestamp }) => timestamp !== write.timestamp)
      writes.set(key, [...others, write])
    },
    get: (key: string, asOf: number): number | null => {
      const found = newestOf(key, asOf)
      if (found === undefined) return null
      const forgotten = asOf < newest - historyMs && found !== latest(key)
      return forgotten ? null : found.value
    },
  }
}

type Waiting = Step & { readonly key: string; readonly value: number }

function expectedJoin(
  all: readonly Step[],
  { left, graceMs }: { readonly left: boolean; readonly graceMs: number | undefined },
) {
  const history = naiveHistory()
  const results: { key: string | null; value: string; timestamp: number }[] = []
  let waiting: Waiting[] = []
  let streamTime = -1
  const join = ({ key, value, timestamp }: Step) => {
    const row = key === null ? null : history.get(key, timestamp)
    if (row !== null || left) results.push({ key, value: `${value}+${row}`, timestamp })
  }
  const take = (step: Step) => {
    const { key, value, timestamp } = step
    if (value === null) return
    if (key === null || graceMs === undefined) return key === null && !left ? undefined : join(step)
    streamTime = Math.max(streamTime, timestamp)
    if (timestamp < streamTime - graceMs) return join(step)
    waiting = [...waiting, { ...step, key, value }].sort((a, b) => a.timestamp - b.timestamp || byBytes(a.key, b.key))
    const due = waiting.filter((held) => held.timestamp <= streamTime - graceMs)
    waiting = waiting.slice(due.length)
    due.forEach(join)
  }
  const piped = all.filter((step) => {
    if (step.topic === 0) take(step)
    else if (step.key === null) return true
    else if (history.remembers(step.key, step)) history.put(step.key, step)
    else return false
    return true
  })
  return { piped, results }
}

describe('a stream joined with a table that keeps versions', () => {
  test.each([undefined, 0, 150, 600])('sees the row as of its own time, with a grace of %s ms', (graceMs) => {
    fc.assert(
      fc.property(steps({ topics: 2, strideMs: 150 }), fc.boolean(), (all, left) => {
        const history = table(rows, versions)
        const source = stream(records)
        const plus = (value: number, row: number | null) => `${value}+${row}`
        const options =
          graceMs === undefined ? undefined : { name: 'joined', key: string, value: long, grace: { ms: graceMs } }
        const joined = left ? source.leftJoin(history, plus, options) : source.join(history, plus, options)
        const driver = testDriver(topology('as-of', [joined.to(out)]), { onError: failFast })
        const { piped, results } = expectedJoin(all, { left, graceMs })
        for (const { topic: at, key, value, timestamp } of piped) {
          if (at === 0) driver.input(records).pipe(key, value, { timestamp })
          else driver.input(rows).pipe(key, value as number, { timestamp })
        }
        const seen = driver.output(out).read()
        expect(seen.map(({ key, value, timestamp }) => ({ key, value, timestamp }))).toEqual(results)
        driver.close()
      }),
      { numRuns },
    )
  })
})
