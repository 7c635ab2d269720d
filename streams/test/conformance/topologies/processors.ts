import type { ProcessedRecord, Processor, ProcessorContext, ValuesProcessorContext } from '../../../dsl/process'
import { stream } from '../../../dsl/stream'
import { topology } from '../../../graph/topology'
import { long, string } from '../../../serdes'
import { keyValueStore, timestampedKeyValueStore } from '../../../stores/declaration'
import { type Scenarios, topics } from '../scenario'
import { longs, texts } from '../topics'

type Text = string | null
type Long = number | null

const sums = keyValueStore('sums', { key: string, value: long })

/** Adds up per key, and hands the sums out and forgets them at each punctuation. */
const punctuated =
  (type: 'stream-time' | 'wall-clock') =>
  (context: ProcessorContext<Text, Long, readonly [typeof sums]>): Processor<Text, Long> => {
    const store = context.store(sums)
    context.schedule(1000, type, (timestamp) => {
      context.forward({ key: 'punctuated', value: timestamp, timestamp, headers: [] })
      for (const { key, value } of store.all()) {
        context.forward({ key, value, timestamp, headers: [] })
        store.delete(key)
      }
    })
    return {
      process: ({ key, value }) => {
        if (key !== null && value !== null) store.put(key, (store.get(key) ?? 0) + value)
      },
    }
  }

const punctuation = (name: string, type: 'stream-time' | 'wall-clock') => () => {
  const input = longs('in')
  const output = longs('out')
  const handedOut = stream(input).process(punctuated(type), { stores: [sums] })
  return { topology: topology(name, [handedOut.to(output)]), topics: topics(input, output) }
}

const last = keyValueStore('last', { key: string, value: string })

const dedupe = (context: ProcessorContext<Text, Text, readonly [typeof last]>): Processor<Text, Text> => {
  const store = context.store(last)
  return {
    process: (record) => {
      const { key, value } = record
      if (key === null || (value !== null && store.get(key) === value)) return
      store.put(key, value)
      context.forward(record)
    },
  }
}

/** Null goes to all, even numbers to `even`, odd ones twice to `odd`. */
const router = (context: ProcessorContext<Text, Long>): Processor<Text, Long> => ({
  process: (record) => {
    const { value, timestamp } = record
    if (value === null) context.forward({ ...record, value: -1 })
    else if (value % 2 === 0) context.forward(record, 'even')
    else {
      const hundredfold: ProcessedRecord<Text, Long> = { ...record, value: value * 100 }
      context.forward(hundredfold, 'odd')
      context.forward({ ...record, key: 'copy', timestamp: timestamp + 1 }, 'odd')
    }
  },
})

const whereAndWhen = (context: ProcessorContext<Text, Text>): Processor<Text, Text> => ({
  process: (record) => {
    const { topic, partition, offset } = context.recordMetadata()!
    const place = `${topic}-${partition}@${offset}`
    context.forward({ ...record, value: `${place} stream-time ${context.currentStreamTimeMs()}` })
  },
})

const numbers = keyValueStore('numbers', { key: string, value: long })

/** Numbers the values of each key; every third is followed by one more. */
const numbering = (context: ValuesProcessorContext<Text, readonly [typeof numbers]>): Processor<Text, Text> => {
  const store = context.store(numbers)
  return {
    process: (record) => {
      const { key, value, timestamp } = record
      if (key === null) return context.forward({ ...record, value: 'no key' })
      const n = (store.get(key) ?? 0) + 1
      store.put(key, n)
      context.forward({ ...record, value: `${n}:${value}` })
      if (n % 3 === 0) context.forward({ ...record, value: 'third', timestamp: timestamp + 5 })
    },
  }
}

/** Tells the last trace in the value, and in a header that the other branches see too. */
const tracing = (context: ProcessorContext<Text, Text>): Processor<Text, Text> => ({
  process: (record) => {
    if (record.value === 'drop-headers') return context.forward({ ...record, headers: [] })
    const text = record.headers.findLast(({ key }) => key === 'trace')?.value?.toString() ?? 'none'
    context.addHeader('seen', Buffer.from(text))
    context.forward({ ...record, value: `${record.value}/${text}` })
  },
})

export const scenarios: Scenarios = {
  'punctuate-stream-time': punctuation('punctuate-stream-time', 'stream-time'),

  'punctuate-wall-clock': punctuation('punctuate-wall-clock', 'wall-clock'),

  'process-dedupe': () => {
    const input = texts('in')
    const output = texts('out')
    const changed = stream(input).process(dedupe, { stores: [last] })
    return { topology: topology('process-dedupe', [changed.to(output)]), topics: topics(input, output) }
  },

  'process-values': () => {
    const input = texts('in')
    const output = texts('out')
    const counts = longs('counts')
    const numbered = stream(input).processValues(numbering, { stores: [numbers] })
    const counted = numbered.groupByKey().count(timestampedKeyValueStore('n', { key: string, value: long }))
    return {
      topology: topology('process-values', [numbered.to(output), counted.toStream().to(counts)]),
      topics: topics(input, output, counts),
    }
  },

  headers: () => {
    const input = texts('in')
    const tagged = texts('tagged')
    const plain = texts('plain')
    const counted = longs('counted')
    const records = stream(input)
    const counts = records
      .groupBy((value) => value?.slice(0, 1) ?? null, { name: 'counts', key: string })
      .count(timestampedKeyValueStore('counts', { key: string, value: long }))
    return {
      topology: topology('headers', [
        records.process(tracing).to(tagged),
        records.mapValues((value) => (value === null ? null : `${value}!`)).to(plain),
        counts.toStream().to(counted),
      ]),
      topics: topics(input, tagged, plain, counted),
    }
  },

  'forward-to-child': () => {
    const input = longs('in')
    const even = longs('even-topic')
    const odd = longs('odd-topic')
    const all = longs('all-topic')
    const routed = stream(input, { name: 'src' }).process(router, { name: 'router' })
    return {
      topology: topology('forward-to-child', [
        routed.to(even, { name: 'even' }),
        routed.to(odd, { name: 'odd' }),
        routed.to(all, { name: 'all' }),
      ]),
      topics: topics(input, even, odd, all),
    }
  },

  'record-metadata': () => {
    const a = texts('in-a')
    const b = texts('in-b')
    const output = texts('out')
    const placed = stream(a).merge(stream(b)).process(whereAndWhen)
    return { topology: topology('record-metadata', [placed.to(output)]), topics: topics(a, b, output) }
  },
}
