import { stream } from '../../../dsl/stream'
import { topology } from '../../../graph/topology'
import { long, nullable, string } from '../../../serdes'
import { timestampedKeyValueStore } from '../../../stores/declaration'
import { type Scenarios, topics } from '../scenario'
import { longs, texts } from '../topics'

const counts = timestampedKeyValueStore('counts', { key: string, value: long })

export const scenarios: Scenarios = {
  repartition: () => {
    const input = texts('in')
    const passed = texts('passed')
    const output = longs('out')
    const byLast = stream(input)
      .selectKey((value) => (value === null ? 'none' : value.endsWith('7') ? null : value.slice(-1)))
      .repartition('by-last', { key: nullable(string), value: nullable(string) })
    return {
      topology: topology('repartition', [byLast.to(passed), byLast.groupByKey().count(counts).toStream().to(output)]),
      topics: topics(input, passed, output),
    }
  },

  'through-topic': () => {
    const input = texts('in')
    const mid = texts('mid')
    const output = longs('out')
    const marked = stream(input).mapValues((value) => (value === null ? null : `${value}!`))
    return {
      topology: topology('through-topic', [
        marked.to(mid),
        stream(mid).groupByKey().count(counts).toStream().to(output),
      ]),
      topics: topics(input, mid, output),
    }
  },
}
