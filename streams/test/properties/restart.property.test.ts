import fc from 'fast-check'
import { joinStores } from '../../dsl/join-stores'
import { type Stream, stream } from '../../dsl/stream'
import { untilTimeLimit, untilWindowCloses } from '../../dsl/suppress'
import { windowedStore } from '../../dsl/windowed-store'
import { hopping, onWindowClose, session, sliding } from '../../dsl/windows'
import { within } from '../../dsl/within'
import type { End } from '../../graph/node'
import { failFast } from '../../graph/policy'
import { topology } from '../../graph/topology'
import { long, nullable, string } from '../../serdes'
import { sessionWindowed, timeWindowed } from '../../serdes/windowed'
import { timestampedKeyValueStore, versionedStore } from '../../stores/declaration'
import { testDriver } from '../../testing/driver'
import { type Topic, topic } from '../../topics'
import { type Step, steps } from './steps'

const inputs = ['left', 'right'].map((name) => topic(name, { key: nullable(string), value: nullable(long) }))
type Input = Stream<string | null, number | null>

interface Flow {
  readonly out: Topic<never, never>
  readonly end: (left: Input, right: Input) => End
}

const flow = <K, V>(out: Topic<K, V>, end: (out: Topic<K, V>, left: Input, right: Input) => End): Flow => ({
  out: out as unknown as Topic<never, never>,
  end: (left, right) => end(out, left, right),
})

const hops = hopping({ ms: 600, advance: { ms: 300 }, grace: { ms: 400 } })
const slides = sliding({ ms: 250, grace: { ms: 300 } })
const visits = session({ ms: 200, grace: { ms: 300 } })
const longs = { key: string, value: long }
const ofDay = { ...longs, retention: { days: 1 } }
const windowedOut = topic('out', { key: timeWindowed(string, 600), value: nullable(long) })

const flows: Readonly<Record<string, Flow>> = {
  'outer join': flow(topic('out', { key: nullable(string), value: string }), (out, left, right) =>
    left
      .outerJoin(
        right,
        (l, r) => `${l}+${r}`,
        within({ ms: 300, grace: { ms: 200 } }),
        joinStores('joined', { key: string, left: long, right: long }),
      )
      .to(out),
  ),
  'join with a versioned table, with grace': flow(
    topic('out', { key: nullable(string), value: string }),
    (out, left, right) =>
      left
        .leftJoin(
          right.toTable(versionedStore('versions', { key: string, value: long, historyRetentionMs: 1000 })),
          (value, row) => `${value}+${row}`,
          { name: 'joined', key: string, value: long, grace: { ms: 300 } },
        )
        .to(out),
  ),
  'hopping windows': flow(windowedOut, (out, left) =>
    left
      .groupByKey()
      .windowedBy(hops)
      .count(windowedStore('counts', hops, longs))
      .toStream()
      .to(out),
  ),
  'final results of hopping windows': flow(windowedOut, (out, left) =>
    left
      .groupByKey()
      .windowedBy(hops)
      .emitStrategy(onWindowClose)
      .count(windowedStore('counts', hops, ofDay))
      .toStream()
      .to(out),
  ),
  'final results of sliding windows': flow(
    topic('out', { key: timeWindowed(string, 250), value: nullable(long) }),
    (out, left) =>
      left
        .groupByKey()
        .windowedBy(slides)
        .emitStrategy(onWindowClose)
        .count(windowedStore('counts', slides, ofDay))
        .toStream()
        .to(out),
  ),
  'final results of sessions': flow(
    topic('out', { key: sessionWindowed(string), value: nullable(long) }),
    (out, left) =>
      left
        .groupByKey()
        .windowedBy(visits)
        .emitStrategy(onWindowClose)
        .count(windowedStore('counts', visits, ofDay))
        .toStream()
        .to(out),
  ),
  'windows held back until they close': flow(windowedOut, (out, left) =>
    left
      .groupByKey()
      .windowedBy(hops)
      .count(windowedStore('counts', hops, longs))
      .suppress(untilWindowCloses(), { name: 'final' })
      .toStream()
      .to(out),
  ),
  'updates held back for a time': flow(topic('out', { key: string, value: nullable(long) }), (out, left) =>
    left
      .groupByKey()
      .count(timestampedKeyValueStore('counts', longs))
      .suppress(untilTimeLimit({ ms: 400 }, { maxRecords: 2 }), { name: 'held' })
      .toStream()
      .to(out),
  ),
}

/** What comes out of each step, with a restart before those that `restarts` says. */
function run({ out, end }: Flow, all: readonly Step[], restarts: (at: number) => boolean) {
  const [left, right] = inputs.map((input) => stream(input))
  // The right side is read in every topology, so that every step can be piped.
  const ends = [end(left!, right!), right!.foreach(() => undefined)]
  const driver = testDriver(topology('restarted', ends), { onError: failFast })
  const output = driver.output(out)
  return all.map(({ topic: at, key, value, timestamp }, step) => {
    if (restarts(step)) driver.restart()
    driver.input(inputs[at]!).pipe(key, value, { timestamp })
    return output.read()
  })
}

describe('a restart from the changelogs changes nothing', () => {
  test.each(Object.keys(flows))('%s', (name) => {
    fc.assert(
      fc.property(steps({ topics: 2, strideMs: 200 }), fc.infiniteStream(fc.boolean()), (all, coin) => {
        const coins = all.map(() => coin.next().value)
        expect(run(flows[name]!, all, (at) => coins[at]!)).toEqual(run(flows[name]!, all, () => false))
      }),
      { numRuns: 300 },
    )
  })
})
