import type { Processor, ProcessorContext } from '../../../dsl/process'
import { stream } from '../../../dsl/stream'
import { topology } from '../../../graph/topology'
import { long, string } from '../../../serdes'
import { keyValueStore, sessionStore, windowStore } from '../../../stores/declaration'
import type { KeyValue } from '../../../stores/store'
import { type Scenarios, topics } from '../scenario'
import { longs, texts } from '../topics'

type Text = string | null
type Long = number | null

const seen = windowStore('seen', { key: string, value: string, windowSizeMs: 1000, retentionMs: 3000 })

/** Forwards a record when nothing of its key was seen within a second of it. */
const seldom = (context: ProcessorContext<Text, Text, readonly [typeof seen]>): Processor<Text, Text> => {
  const store = context.store(seen)
  return {
    process: (record) => {
      const { key, value, timestamp } = record
      if (key === null) return
      const [found] = store.fetchRange(key, timestamp - 1000, timestamp + 1000)
      if (found === undefined) context.forward(record)
      store.put(key, value, timestamp)
    },
  }
}

const recent = windowStore('recent', { key: string, value: string, windowSizeMs: 500, retentionMs: 2000 })

const history = (context: ProcessorContext<Text, Text, readonly [typeof recent]>): Processor<Text, Text> => {
  const store = context.store(recent)
  return {
    process: (record) => {
      const key = record.key!
      store.put(key, record.value, record.timestamp)
      const all = [...store.fetchRange(key, 0, Number.MAX_SAFE_INTEGER)]
      context.forward({ ...record, value: all.map((entry) => `${entry.key.window.start}=${entry.value}`).join(',') })
    },
  }
}

const kv = keyValueStore('kv', { key: string, value: long })

const ranges = (context: ProcessorContext<Text, Text, readonly [typeof kv]>): Processor<Text, Long> => {
  const store = context.store(kv)
  const list = (entries: Iterable<KeyValue<string, number>>) =>
    [...entries].map(({ key, value }) => `${key}=${value}`).join(',')
  const change = (key: string, value: Long): string => {
    if (value === null) return `deleted ${store.delete(key) ?? null}`
    if (value % 4 === 0) return `absent? ${store.putIfAbsent(key, value) ?? null}`
    store.put(key, value)
    return 'put'
  }
  return {
    process: (record) => {
      const say = (key: string, value: string) => context.forward({ ...record, key, value })
      const key = record.key!
      say(key, change(key, record.value))
      say('range', list(store.range('b', 'd')))
      say('reverse', list(store.reverseAll()))
      say('prefix', list(store.prefixScan('a')))
    },
  }
}

const visits = sessionStore('visits', { key: string, value: long, retentionMs: 5000 })

/** Merges the sessions around a record into one, and tells which they were. */
const merging = (context: ProcessorContext<Text, Text, readonly [typeof visits]>): Processor<Text, Long> => {
  const store = context.store(visits)
  return {
    process: (record) => {
      const { timestamp } = record
      const key = record.key!
      const found = [...store.findSessions(key, timestamp - 500, timestamp + 500)]
      const text = found.map(({ key: { window }, value }) => `[${window.start}..${window.end}]=${value}`).join(',')
      context.forward({ ...record, value: text })
      for (const session of found) store.remove(session.key)
      const start = Math.min(timestamp, ...found.map((session) => session.key.window.start))
      const end = Math.max(timestamp, ...found.map((session) => session.key.window.end))
      const sum = found.reduce((total, { value }) => total + value, record.value!)
      store.put({ key, window: { start, end } }, sum)
    },
  }
}

export const scenarios: Scenarios = {
  'window-store-dedupe': () => {
    const input = texts('in')
    const output = texts('out')
    const kept = stream(input).process(seldom, { stores: [seen] })
    return { topology: topology('window-store-dedupe', [kept.to(output)]), topics: topics(input, output) }
  },

  'window-store-ttl': () => {
    const input = texts('in')
    const output = texts('out')
    const told = stream(input).process(history, { stores: [recent] })
    return { topology: topology('window-store-ttl', [told.to(output)]), topics: topics(input, output) }
  },

  'kv-store-ranges': () => {
    const input = longs('in')
    const output = texts('out')
    const told = stream(input).process(ranges, { stores: [kv] })
    return { topology: topology('kv-store-ranges', [told.to(output)]), topics: topics(input, output) }
  },

  'session-store-processor': () => {
    const input = longs('in')
    const output = texts('out')
    const told = stream(input).process(merging, { stores: [visits] })
    return { topology: topology('session-store-processor', [told.to(output)]), topics: topics(input, output) }
  },
}
