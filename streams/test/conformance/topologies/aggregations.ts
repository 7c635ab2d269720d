import { stream } from '../../../dsl/stream'
import { topology } from '../../../graph/topology'
import { json, long, string } from '../../../serdes'
import { timestampedKeyValueStore } from '../../../stores/declaration'
import { type Scenarios, topics } from '../scenario'
import { jsons, longs, texts } from '../topics'

const last = (length: number, text: string) => text.slice(-length)

export const scenarios: Scenarios = {
  'group-by-key-count': () => {
    const input = texts('in')
    const out = longs('out')
    const counts = stream(input)
      .groupByKey()
      .count(timestampedKeyValueStore('counts', { key: string, value: long }))
    return { topology: topology('group-by-key-count', [counts.toStream().to(out)]), topics: topics(input, out) }
  },

  'group-by-key-reduce': () => {
    const input = texts('in')
    const out = texts('out')
    const reduced = stream(input)
      .groupByKey()
      .reduce(
        (aggregate, value) => last(12, aggregate + value),
        timestampedKeyValueStore('reduced', { key: string, value: string }),
      )
    return { topology: topology('group-by-key-reduce', [reduced.toStream().to(out)]), topics: topics(input, out) }
  },

  'aggregate-tombstone': () => {
    const input = longs('in')
    const out = longs('out')
    const sums = stream(input)
      .groupByKey()
      .aggregate(
        () => 0,
        (sum, value) => (value < 0 ? null : sum + value),
        timestampedKeyValueStore('sums', { key: string, value: long }),
      )
    return { topology: topology('aggregate-tombstone', [sums.toStream().to(out)]), topics: topics(input, out) }
  },

  'group-by-repartition-count': () => {
    const input = texts('in')
    const out = longs('out')
    const counts = stream(input)
      .groupBy((value) => (value === null || value === '-' ? null : ([...value][0] ?? '')), {
        name: 'letters',
        key: string,
        value: string,
      })
      .count(timestampedKeyValueStore('by-letter', { key: string, value: long }))
    return { topology: topology('group-by-repartition-count', [counts.toStream().to(out)]), topics: topics(input, out) }
  },

  'wordcount-windowless': () => {
    const input = texts('in')
    const out = longs('out')
    const counts = stream(input)
      .flatMapValues((value) => (value ?? '').toLowerCase().split(' '))
      .groupBy((word) => word, { name: 'words', key: string, value: string })
      .count(timestampedKeyValueStore('word-counts', { key: string, value: long }))
    return { topology: topology('wordcount-windowless', [counts.toStream().to(out)]), topics: topics(input, out) }
  },

  cogroup: () => {
    const a = longs('in-a')
    const b = longs('in-b')
    const out = longs('out')
    const cogrouped = stream(a)
      .groupByKey()
      .cogroup((sum: number, value) => sum + (value ?? 0))
      .cogroup(stream(b).groupByKey(), (sum, value) => (value === 0 ? null : sum - (value ?? 0)))
      .aggregate(() => 100, timestampedKeyValueStore('cogrouped', { key: string, value: long }))
    return { topology: topology('cogroup', [cogrouped.toStream().to(out)]), topics: topics(a, b, out) }
  },

  'deserialization-continue': () => {
    const input = jsons<{ readonly x: number }>('in')
    const out = jsons<{ readonly n: number; readonly sum: number }>('out')
    const sums = stream(input, { onError: { deserialization: 'continue' } })
      .groupByKey()
      .aggregate(
        () => ({ n: 0, sum: 0 }),
        ({ n, sum }, { x }) => ({ n: n + 1, sum: sum + x }),
        timestampedKeyValueStore('sums', { key: string, value: json<{ readonly n: number; readonly sum: number }>() }),
      )
    return { topology: topology('deserialization-continue', [sums.toStream().to(out)]), topics: topics(input, out) }
  },
}
