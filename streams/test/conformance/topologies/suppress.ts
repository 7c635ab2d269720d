import { stream } from '../../../dsl/stream'
import { untilTimeLimit, untilWindowCloses } from '../../../dsl/suppress'
import { table } from '../../../dsl/table'
import { windowedStore } from '../../../dsl/windowed-store'
import { session, tumbling } from '../../../dsl/windows'
import { topology } from '../../../graph/topology'
import { long, nullable, string } from '../../../serdes'
import { sessionWindowed, timeWindowed } from '../../../serdes/windowed'
import { timestampedKeyValueStore } from '../../../stores/declaration'
import { topic } from '../../../topics'
import { type Scenarios, topics } from '../scenario'
import { longs } from '../topics'

export const scenarios: Scenarios = {
  'suppress-window-closes': () => {
    const windows = tumbling({ seconds: 1, grace: { ms: 500 } })
    const input = longs('in')
    const out = topic('out', { key: timeWindowed(string, windows.sizeMs), value: nullable(long) })
    const counts = stream(input)
      .groupByKey()
      .windowedBy(windows)
      .count(windowedStore('counts', windows, { key: string, value: long }))
      .suppress(untilWindowCloses(), { name: 'final' })
    return { topology: topology('suppress-window-closes', [counts.toStream().to(out)]), topics: topics(input, out) }
  },

  'suppress-session-closes': () => {
    const windows = session({ ms: 400, grace: { ms: 300 } })
    const input = longs('in')
    const out = topic('out', { key: sessionWindowed(string), value: nullable(long) })
    const counts = stream(input)
      .groupByKey()
      .windowedBy(windows)
      .count(windowedStore('sessions', windows, { key: string, value: long }))
      .suppress(untilWindowCloses(), { name: 'final' })
    return { topology: topology('suppress-session-closes', [counts.toStream().to(out)]), topics: topics(input, out) }
  },

  'suppress-time-limit': () => {
    const input = topic('in', { key: string, value: long })
    const out = longs('out')
    const held = table(input).suppress(untilTimeLimit({ ms: 800 }), { name: 'held' })
    return { topology: topology('suppress-time-limit', [held.toStream().to(out)]), topics: topics(input, out) }
  },

  'suppress-max-records': () => {
    const input = longs('in')
    const out = longs('out')
    const counts = stream(input)
      .groupByKey()
      .count(timestampedKeyValueStore('counts', { key: string, value: long }))
      .suppress(untilTimeLimit({ seconds: 3 }, { maxRecords: 2 }), { name: 'held' })
    return { topology: topology('suppress-max-records', [counts.toStream().to(out)]), topics: topics(input, out) }
  },
}
