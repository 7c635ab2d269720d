/** Compiled, not run: what a processor may do. */
import type { Processor, ProcessorContext, ValuesProcessorContext } from '../../dsl/process'
import { type Stream, stream } from '../../dsl/stream'
import { json, long, string } from '../../serdes'
import { keyValueStore, sessionStore, windowStore } from '../../stores/declaration'
import type { KeyValueStore, SessionStore, WindowStore } from '../../stores/store'
import { topic } from '../../topics'

interface Visit {
  readonly page: string
}

const visits = stream(topic('visits', { key: string, value: json<Visit>() }))
const counts = keyValueStore('counts', { key: string, value: long })
const others = keyValueStore('others', { key: string, value: long })
const recent = windowStore('recent', { key: string, value: json<Visit>(), windowSizeMs: 1, retentionMs: 1 })
const sessions = sessionStore('sessions', { key: string, value: long, retentionMs: 1 })

type Counting = ProcessorContext<string, number, readonly [typeof counts]>

const counting = (context: Counting): Processor<string, Visit> => {
  const store: KeyValueStore<string, number> = context.store(counts)
  return {
    process: ({ key, timestamp, headers }) => {
      const value = (store.get(key) ?? 0) + 1
      store.put(key, value)
      context.forward({ key, value, timestamp, headers })
    },
  }
}
export const counted: Stream<string, number> = visits.process(counting, { stores: [counts] })

/** Without annotations it forwards what it takes. */
export const seldom: Stream<string, Visit> = visits.process(
  (context) => ({
    process: (record) => {
      if (context.store(counts).get(record.key) === undefined) context.forward(record)
    },
  }),
  { stores: [counts] },
)

/** Each declaration gives the store of its kind. */
visits.process(
  (context) => {
    const window: WindowStore<string, Visit> = context.store(recent)
    const session: SessionStore<string, number> = context.store(sessions)
    return { process: ({ key }) => [window.fetch(key, 0), session.fetchSession(key, 0, 1)] }
  },
  { stores: [recent, sessions] },
)

/** Values change, the key cannot. */
export const pages: Stream<string, string> = visits.processValues<string>((context) => ({
  process: (record) => context.forward({ ...record, value: record.value.page }),
}))

visits.process(
  (context) => {
    // @ts-expect-error the store is not declared; says: readonly name: "counts"
    context.store(others)
    return { process: () => undefined }
  },
  { stores: [counts] },
)
// @ts-expect-error the processor needs a store that is not declared; says: readonly []
visits.process(counting)
visits.process(
  (context) => {
    const store = context.store(counts)
    // @ts-expect-error says: 'string' is not assignable to parameter of type 'number'
    store.put('a', 'one')
    // @ts-expect-error says: 'number' is not assignable to parameter of type 'string'
    store.get(1)
    // @ts-expect-error says: Property 'fetch' does not exist on type 'KeyValueStore<string, number>'
    store.fetch('a', 0)
    return { process: () => undefined }
  },
  { stores: [counts] },
)
// @ts-expect-error says: 'Stream<string, number>' is not assignable to type 'Stream<string, string>'
export const wrong: Stream<string, string> = visits.process(counting, { stores: [counts] })
// @ts-expect-error it takes other values; says: 'number' is not assignable to type 'Visit'
counted.process((context: ProcessorContext<string, number>): Processor<string, Visit> => ({ process: () => context }))

export const fixed = (context: ValuesProcessorContext<number>) => {
  // @ts-expect-error a value processor has no say about the key; says: 'key' does not exist
  context.forward({ key: 'a', value: 1, timestamp: 0, headers: [] })
}
