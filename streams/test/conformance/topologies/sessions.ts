import { stream } from '../../../dsl/stream'
import { windowedStore } from '../../../dsl/windowed-store'
import { onWindowClose, session } from '../../../dsl/windows'
import { topology } from '../../../graph/topology'
import { long, nullable, type Serde, string } from '../../../serdes'
import { sessionWindowed } from '../../../serdes/windowed'
import { topic } from '../../../topics'
import { type Scenarios, topics } from '../scenario'
import { longs, texts } from '../topics'

const sessionOut = <V>(value: Serde<V>) => topic('out', { key: sessionWindowed(string), value: nullable(value) })

export const scenarios: Scenarios = {
  'session-count': () => {
    const windows = session({ ms: 500, grace: { seconds: 1 } })
    const input = longs('in')
    const out = sessionOut(long)
    const counts = stream(input)
      .groupByKey()
      .windowedBy(windows)
      .count(windowedStore('sessions', windows, { key: string, value: long }))
    return { topology: topology('session-count', [counts.toStream().to(out)]), topics: topics(input, out) }
  },

  'session-aggregate': () => {
    const windows = session({ ms: 400 })
    const input = texts('in')
    const out = sessionOut(string)
    const joined = stream(input)
      .groupByKey()
      .windowedBy(windows)
      .aggregate(
        () => '',
        (text, value) => `${text}${value}`,
        (left, right) => `${left}|${right}`,
        windowedStore('sessions', windows, { key: string, value: string }),
      )
    return { topology: topology('session-aggregate', [joined.toStream().to(out)]), topics: topics(input, out) }
  },

  'session-reduce-long-grace': () => {
    const windows = session({ ms: 300, grace: { seconds: 10 } })
    const input = longs('in')
    const out = sessionOut(long)
    const sums = stream(input)
      .groupByKey()
      .windowedBy(windows)
      .reduce(
        (sum: number, value) => sum + (value ?? 0),
        windowedStore('sessions', windows, { key: string, value: long }),
      )
    return { topology: topology('session-reduce-long-grace', [sums.toStream().to(out)]), topics: topics(input, out) }
  },

  'emit-on-close-session': () => {
    const windows = session({ ms: 400, grace: { ms: 300 } })
    const input = longs('in')
    const out = sessionOut(long)
    const counts = stream(input)
      .groupByKey()
      .windowedBy(windows)
      .emitStrategy(onWindowClose)
      .count(windowedStore('sessions', windows, { key: string, value: long, retention: { hours: 1 } }))
    return { topology: topology('emit-on-close-session', [counts.toStream().to(out)]), topics: topics(input, out) }
  },

  'cogroup-session': () => {
    const windows = session({ ms: 400, grace: { seconds: 1 } })
    const a = longs('in-a')
    const b = longs('in-b')
    const out = sessionOut(long)
    const sums = stream(a)
      .groupByKey()
      .cogroup((sum: number, value) => sum + (value ?? 100))
      .cogroup(stream(b).groupByKey(), (sum, value) => sum + 1000 * (value ?? 100))
      .windowedBy(windows)
      .aggregate(
        () => 0,
        (left, right) => left + right,
        windowedStore('sessions', windows, { key: string, value: long }),
      )
    return { topology: topology('cogroup-session', [sums.toStream().to(out)]), topics: topics(a, b, out) }
  },
}
