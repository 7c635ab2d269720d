import { joinStores } from '../../../dsl/join-stores'
import { stream } from '../../../dsl/stream'
import type { Table } from '../../../dsl/table'
import { type WindowedStore, windowedStore } from '../../../dsl/windowed-store'
import type { WindowedStream } from '../../../dsl/windowed-stream'
import { hopping, onWindowClose, sliding, type TimeWindows, tumbling } from '../../../dsl/windows'
import { within } from '../../../dsl/within'
import { topology } from '../../../graph/topology'
import { json, long, nullable, type Serde, string } from '../../../serdes'
import type { Windowed } from '../../../serdes/windowed'
import { timeWindowed } from '../../../serdes/windowed'
import { timestampedKeyValueStore } from '../../../stores/declaration'
import { topic } from '../../../topics'
import { type Scenario, type Scenarios, topics } from '../scenario'
import { jsons, longs, type TextTopic, texts } from '../topics'

const windowedOut = <V>(sizeMs: number, value: Serde<V>) =>
  topic('out', { key: timeWindowed(string, sizeMs), value: nullable(value) })

interface WindowScenario<V, A> {
  readonly name: string
  readonly input: TextTopic<V>
  readonly windows: TimeWindows
  readonly store: WindowedStore<string, A>
  readonly aggregate: (
    windowed: WindowedStream<string, V | null>,
    store: WindowedStore<string, A>,
  ) => Table<Windowed<string>, A>
}

/** in, grouped by its key, aggregated in windows, to out. */
const windowed =
  <V, A>({ name, input, windows, store, aggregate }: WindowScenario<V, A>) =>
  (): Scenario => {
    const out = windowedOut(windows.sizeMs, store.value)
    const results = aggregate(stream(input).groupByKey().windowedBy(windows), store)
    return { topology: topology(name, [results.toStream().to(out)]), topics: topics(input, out) }
  }

const longLived = { retention: { ms: 3_600_000 } }

const counted = (name: string, windows: TimeWindows, options: { readonly final?: boolean } = {}): (() => Scenario) =>
  windowed({
    name,
    input: longs('in'),
    windows,
    store: windowedStore('counts', windows, { key: string, value: long, ...(options.final && longLived) }),
    aggregate: (stream, store) => (options.final ? stream.emitStrategy(onWindowClose) : stream).count(store),
  })

const noisy = hopping({ ms: 1200, advance: { ms: 500 } })
const tolerant = tumbling({ seconds: 1, grace: { ms: 1500 } })
const short = sliding({ ms: 300 })

export const scenarios: Scenarios = {
  'tumbling-count-no-grace': counted('tumbling-count-no-grace', tumbling({ seconds: 1 })),
  'hopping-count': counted('hopping-count', hopping({ seconds: 1, advance: { ms: 400 }, grace: { ms: 500 } })),
  'sliding-count': counted('sliding-count', sliding({ ms: 500, grace: { seconds: 1 } })),
  'emit-on-close-tumbling': counted('emit-on-close-tumbling', tumbling({ seconds: 1, grace: { ms: 500 } }), {
    final: true,
  }),
  'emit-on-close-sliding': counted('emit-on-close-sliding', sliding({ ms: 400, grace: { ms: 200 } }), { final: true }),

  'tumbling-aggregate-grace': windowed({
    name: 'tumbling-aggregate-grace',
    input: longs('in'),
    windows: tolerant,
    store: windowedStore('sums', tolerant, { key: string, value: long }),
    aggregate: (stream, store) =>
      stream.aggregate(
        () => 0,
        (sum, value) => (value === null ? sum + 100 : value === 9 ? null : sum + value),
        store,
      ),
  }),

  'emit-on-close-hopping': windowed({
    name: 'emit-on-close-hopping',
    input: longs('in'),
    windows: noisy,
    store: windowedStore('sums', noisy, { key: string, value: long, ...longLived }),
    aggregate: (stream, store) =>
      stream.emitStrategy(onWindowClose).aggregate(
        () => 0,
        (sum, value) => sum + (value ?? 100),
        store,
      ),
  }),

  'sliding-aggregate-no-grace': windowed({
    name: 'sliding-aggregate-no-grace',
    input: texts('in'),
    windows: short,
    store: windowedStore('texts', short, { key: string, value: string }),
    aggregate: (stream, store) => stream.reduce((text, value) => `${text}${value}`.slice(-10), store),
  }),

  'cogroup-tumbling': () => {
    const windows = tumbling({ seconds: 1, grace: { ms: 600 } })
    const a = longs('in-a')
    const b = longs('in-b')
    const out = windowedOut(windows.sizeMs, long)
    const results = stream(a)
      .groupByKey()
      .cogroup((sum: number, value) => sum + (value ?? 100))
      .cogroup(stream(b).groupByKey(), (sum, value) => sum - (value ?? 100))
      .windowedBy(windows)
      .aggregate(() => 0, windowedStore('cogrouped', windows, { key: string, value: long }))
    return { topology: topology('cogroup-tumbling', [results.toStream().to(out)]), topics: topics(a, b, out) }
  },

  'stream-stream-join-then-count': () => {
    const windows = tumbling({ seconds: 1, grace: { seconds: 1 } })
    const left = texts('left')
    const right = texts('right')
    const out = windowedOut(windows.sizeMs, long)
    const joined = stream(left).join(
      stream(right),
      (l, r) => `${l}+${r}`,
      within({ ms: 300, grace: { seconds: 1 } }),
      joinStores('joined', { key: string, left: string, right: string }),
    )
    const counts = joined
      .groupByKey()
      .windowedBy(windows)
      .count(windowedStore('joined-counts', windows, { key: string, value: long }))
    return {
      topology: topology('stream-stream-join-then-count', [counts.toStream().to(out)]),
      topics: topics(left, right, out),
    }
  },

  'windowed-top-n': () => {
    interface Views {
      readonly product: string
      readonly count: number
    }
    const windows = tumbling({ seconds: 2, grace: { seconds: 1 } })
    const input = texts('in')
    const out = jsons<Views>('out')
    const views = stream(input)
      .groupBy((product) => product, { name: 'by-product', key: string, value: string })
      .windowedBy(windows)
      .count(windowedStore('views', windows, { key: string, value: long }))
    const best = views
      .toStream()
      .map((count, { key, window }) => [String(window.start), { product: key, count: count ?? 0 }] as const)
      .groupByKey({ name: 'by-window', key: string, value: json<Views>() })
      .reduce(
        (leader, next) => (next.count > leader.count ? next : leader),
        timestampedKeyValueStore('best', { key: string, value: json<Views>() }),
      )
    return { topology: topology('windowed-top-n', [best.toStream().to(out)]), topics: topics(input, out) }
  },

  'timestamp-extractor': () => {
    interface Stamped {
      readonly ts?: number
    }
    const windows = tumbling({ seconds: 1, grace: { ms: 500 } })
    const input = jsons<Stamped>('in')
    const copied = jsons<Stamped>('copied')
    const out = windowedOut(windows.sizeMs, long)
    const source = stream(input, {
      timestampExtractor: ({ value }, partitionTime) => (value as Stamped | null)?.ts ?? partitionTime,
    })
    const counts = source
      .groupByKey()
      .windowedBy(windows)
      .count(windowedStore('counts', windows, { key: string, value: long }))
    return {
      topology: topology('timestamp-extractor', [source.to(copied), counts.toStream().to(out)]),
      topics: topics(input, copied, out),
    }
  },
}
