import type { Slot } from './bundle'
import { orderedLong, readLong, readOrderedLong, toId, writeLong } from './bytes'
import type { Cell } from './cells'
import type { SessionStoreDeclaration } from './declaration'
import { openKeyIds } from './key-ids'
import type { StoreParts } from './key-value'
import type { ManagedStore } from './managed'
import type { KeyValue, SessionStore, TimeWindow, Windowed } from './store'
import { notATime, type TimedStore, type TimeSchema, timedStore } from './timed-store'

/** Changelog keys as Kafka Streams' SessionKeySchema: key, 8 bytes of session end, 8 bytes of session start. */
export const sessionSchema: TimeSchema = {
  atLength: 16,
  timeOf: (at) => readOrderedLong(at, 0),
  sequenceOf: () => 0,
  changelogKey(key, at) {
    const bytes = Buffer.allocUnsafe(key.length + 16)
    bytes.write(key, 0, 'latin1')
    writeLong(bytes, readOrderedLong(at, 0), key.length)
    writeLong(bytes, readOrderedLong(at, 8), key.length + 8)
    return bytes
  },
  parse(bytes) {
    const keyEnd = bytes.length - 16
    if (keyEnd < 0) return undefined
    return {
      key: toId(bytes.subarray(0, keyEnd)),
      at: orderedLong(readLong(bytes, keyEnd)) + orderedLong(readLong(bytes, keyEnd + 8)),
    }
  },
}

export function openSession<K, V>(
  parts: StoreParts<K, V> & { readonly declaration: SessionStoreDeclaration<K, V> },
): ManagedStore {
  const store = timedStore(parts, sessionSchema, parts.declaration.retentionMs)
  return store.managed(sessionView(parts, store))
}

const placeOf = ({ start, end }: TimeWindow) => ({ time: end, at: orderedLong(end) + orderedLong(start) })
const windowOf = (at: string): TimeWindow => ({ start: readOrderedLong(at, 8), end: readOrderedLong(at, 0) })

function sessionView<K, V>({ declaration, context }: StoreParts<K, V>, store: TimedStore<V>): SessionStore<K, V> {
  const { time } = store
  const keys = openKeyIds(declaration.name, declaration.key, context)

  function findSessions(key: K, earliestEnd: number, latestStart: number): readonly KeyValue<Windowed<K>, V>[] {
    const span = time.visiblePart(earliestEnd, Number.POSITIVE_INFINITY)
    if (span === undefined) return []
    const id = keys.id(key)
    const range = { from: orderedLong(span.from) }
    const slots = span.segments.flatMap((segment) => [...store.slots(segment, id, range)])
    return inOrder(key, slots).filter((session) => session.key.window.start <= latestStart)
  }

  /** Sessions are kept by end, since by that they expire, and shown by start. */
  function inOrder(key: K, slots: readonly Slot<Cell<V>>[]): KeyValue<Windowed<K>, V>[] {
    return slots
      .map((slot) => ({ key: { key, window: windowOf(slot.at) }, slot }))
      .sort((a, b) => a.key.window.start - b.key.window.start || a.key.window.end - b.key.window.end)
      .map(({ key, slot }) => ({ key, value: store.valueOf(slot) }))
  }

  function* sessionsOf(lines: ReturnType<typeof store.lines>, from: string): Generator<KeyValue<Windowed<K>, V>> {
    for (const line of lines) yield* inOrder(keys.key(line.key), [...line.slots({ from })])
  }

  function all(): Iterable<KeyValue<Windowed<K>, V>> {
    const span = time.visiblePart(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)
    return span === undefined ? [] : sessionsOf(store.lines(span.segments), orderedLong(span.from))
  }

  function put({ key, window }: Windowed<K>, value: V | null): void {
    if (!Number.isSafeInteger(window.start)) throw notATime(declaration.name, window.start)
    store.put(keys.id(key), placeOf(window), value)
  }

  return {
    findSessions,
    fetchSession: (key, start, end) => store.get(keys.id(key), placeOf({ start, end })),
    fetch: (key) => findSessions(key, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    all,
    put,
    remove: (session) => put(session, null),
  }
}
