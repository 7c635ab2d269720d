import { orderedInt, orderedLong, readLong, readOrderedInt, readOrderedLong, toId, writeLong } from './bytes'
import type { WindowStoreDeclaration } from './declaration'
import { openKeyIds } from './key-ids'
import type { StoreParts } from './key-value'
import type { ManagedStore } from './managed'
import type { KeyValue, Windowed, WindowStore } from './store'
import { type TimedStore, type TimeSchema, timedStore } from './timed-store'

const NO_SEQUENCE = orderedInt(0)

/** Changelog keys as Kafka Streams' WindowKeySchema: key, 8 bytes of window start, 4 bytes of sequence number. */
export const windowSchema: TimeSchema = {
  atLength: 12,
  timeOf: (at) => readOrderedLong(at, 0),
  sequenceOf: (at) => readOrderedInt(at, 8),
  changelogKey(key, at) {
    const bytes = Buffer.allocUnsafe(key.length + 12)
    bytes.write(key, 0, 'latin1')
    writeLong(bytes, readOrderedLong(at, 0), key.length)
    bytes.writeUInt32BE(readOrderedInt(at, 8), key.length + 8)
    return bytes
  },
  parse(bytes) {
    const keyEnd = bytes.length - 12
    if (keyEnd < 0) return undefined
    return {
      key: toId(bytes.subarray(0, keyEnd)),
      at: orderedLong(readLong(bytes, keyEnd)) + toId(bytes.subarray(keyEnd + 8)),
    }
  },
}

/** Window stores, with timestamps or without: the format tells. */
export function openWindow<K, V, U>(
  parts: StoreParts<K, U> & { readonly declaration: WindowStoreDeclaration<K, V> },
): ManagedStore {
  const store = timedStore(parts, windowSchema, parts.declaration.retentionMs)
  return store.managed(windowView(parts, store))
}

const placeOf = (start: number, sequence: string) => ({ time: start, at: orderedLong(start) + sequence })

function windowView<K, V, U>(
  { declaration, context }: StoreParts<K, U> & { readonly declaration: WindowStoreDeclaration<K, V> },
  store: TimedStore<U>,
): WindowStore<K, U> {
  const { windowSizeMs, retainDuplicates } = declaration
  const { time } = store
  const keys = openKeyIds(declaration.name, declaration.key, context)
  const windowOf = (at: string) => {
    const start = readOrderedLong(at, 0)
    return { start, end: start + windowSizeMs }
  }

  function* entriesOf(key: K, parts: readonly ReturnType<typeof store.slots>[]): Generator<KeyValue<Windowed<K>, U>> {
    for (const part of parts) {
      for (const slot of part) yield { key: { key, window: windowOf(slot.at) }, value: store.valueOf(slot) }
    }
  }

  /** What is there is found at the call; large bundles are read on while they are walked. */
  function fetchKey(key: K, from: number, to: number, reverse: boolean): Iterable<KeyValue<Windowed<K>, U>> {
    const span = time.visiblePart(from, to)
    if (span === undefined) return []
    const id = keys.id(key)
    const range = { from: orderedLong(span.from), to: orderedLong(span.to + 1), reverse }
    const segments = reverse ? span.segments.toReversed() : span.segments
    return entriesOf(
      key,
      segments.map((segment) => store.slots(segment, id, range)),
    )
  }

  function fetchAll(from: number, to: number, fromKey?: K, toKey?: K): Iterable<KeyValue<Windowed<K>, U>> {
    const span = time.visiblePart(from, to)
    if (span === undefined) return []
    const range = { from: orderedLong(span.from), to: orderedLong(span.to + 1) }
    const id = (key: K | undefined) => (key === undefined ? undefined : keys.id(key))
    return allEntries(store.lines(span.segments, id(fromKey), id(toKey)), range)
  }

  function* allEntries(lines: ReturnType<typeof store.lines>, range: { readonly from: string; readonly to: string }) {
    for (const line of lines) yield* entriesOf(keys.key(line.key), [line.slots(range)])
  }

  return {
    fetch(key, windowStart) {
      if (!retainDuplicates) return store.get(keys.id(key), placeOf(windowStart, NO_SEQUENCE))
      for (const { value } of fetchKey(key, windowStart, windowStart, false)) return value
      return undefined
    },
    put(key, value, windowStart) {
      // A deletion would not tell which of the duplicates it means; Kafka Streams passes over it too.
      if (retainDuplicates && value === null) return
      const sequence = retainDuplicates ? orderedInt(time.nextSequence()) : NO_SEQUENCE
      store.put(keys.id(key), placeOf(windowStart, sequence), value)
    },
    fetchRange: (key, from, to) => fetchKey(key, from, to, false),
    backwardFetchRange: (key, from, to) => fetchKey(key, from, to, true),
    fetchAll,
    all: () => fetchAll(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  }
}
