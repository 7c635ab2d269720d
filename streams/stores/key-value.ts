import type { Serde } from '../serdes/serde'
import type { ByteWrite, StoreBackend } from './backend'
import { afterPrefix, fromId, successor } from './bytes'
import { type KeyIds, openKeyIds } from './key-ids'
import type { ChangelogRecord, ManagedStore, RestoreRecord, StoreContext } from './managed'
import type { KeyValue, KeyValueStore } from './store'
import type { ValueFormat } from './value-format'
import { type Drained, type UnitCodec, type WriteBack, writeBack, writtenAndClosed } from './write-back'

export interface StoreParts<K, U> {
  readonly declaration: { readonly name: string; readonly key: Serde<K>; readonly changelog: boolean }
  readonly backend: StoreBackend
  readonly context: StoreContext
  readonly format: ValueFormat<U>
  /** Bytes, estimated, of decoded state kept beyond what waits for its commit. */
  readonly cacheBytes: number
}

const noHeaders: ChangelogRecord['headers'] = Object.freeze([])

/** Key-value stores, with timestamps or without: the format tells. */
export function openKeyValue<K, U>(parts: StoreParts<K, U>): ManagedStore {
  const { declaration, backend, context, format } = parts
  const keys = openKeyIds(declaration.name, declaration.key, context)
  const codec: UnitCodec<U> = {
    encode: format.serialize,
    ...(format.head && { head: format.head }),
    decode: format.decode,
  }
  const units = writeBack(backend, codec, parts.cacheBytes)
  const changelogRecord = ({ id, unit, bytes, changedAt }: Drained<U>): ChangelogRecord => {
    const timestamp = unit === undefined ? changedAt : format.timestampOf(unit, changedAt)
    return { key: fromId(id), value: bytes, timestamp, headers: noHeaders }
  }
  return {
    name: declaration.name,
    latestCounts: true,
    view: keyValueView(keys, units, parts),
    get position() {
      return units.position
    },
    get unwrittenBytes() {
      return units.pendingBytes
    },
    restore: (records, nextOffset) => units.apply(writesOf(records, format), nextOffset),
    drainChanges() {
      const drained = units.drain()
      return declaration.changelog ? drained.map(changelogRecord) : []
    },
    acknowledge: units.acknowledge,
    persist: units.persist,
    close: () => writtenAndClosed(units, backend),
  }
}

/** Of several records of one key the last one counts: writes of a batch take effect in their order. */
function writesOf<U>(records: Iterable<RestoreRecord>, format: ValueFormat<U>): readonly ByteWrite[] {
  const writes: ByteWrite[] = []
  for (const { key, value, timestamp } of records) {
    if (key !== null) writes.push({ key, value: value === null ? null : format.restored(value, timestamp) })
  }
  return writes
}

function keyValueView<K, U>(
  keys: KeyIds<K>,
  units: WriteBack<U>,
  { context, format }: Pick<StoreParts<K, U>, 'context' | 'format'>,
): KeyValueStore<K, U> {
  const { lastPut } = context
  function* pairs(entries: ReturnType<typeof units.units>): Generator<KeyValue<K, U>> {
    for (const { id, unit } of entries) yield { key: keys.key(id), value: unit }
  }
  const set = (id: string, value: U | null) => {
    const slot = units.set(id, value ?? undefined, context.currentTimestamp())
    if (lastPut === undefined) return
    lastPut.slot = value === null || format.encoding === undefined ? undefined : slot
    lastPut.value = value === null ? undefined : format.content(value)
    lastPut.encoding = format.encoding
  }
  const between = (from: K | undefined, to: K | undefined, reverse: boolean) =>
    pairs(
      units.units({
        from: from === undefined ? undefined : keys.id(from),
        to: to === undefined ? undefined : successor(keys.id(to)),
        reverse,
      }),
    )

  return {
    get: (key) => units.get(keys.id(key)),
    put: (key, value) => set(keys.id(key), value),
    putAll(entries) {
      for (const { key, value } of entries) set(keys.id(key), value)
    },
    putIfAbsent(key, value) {
      const id = keys.id(key)
      const present = units.get(id)
      if (present === undefined) set(id, value)
      return present
    },
    delete(key) {
      const id = keys.id(key)
      const present = units.get(id)
      if (present !== undefined) set(id, null)
      return present
    },
    range: (from, to) => between(from, to, false),
    reverseRange: (from, to) => between(from, to, true),
    all: () => between(undefined, undefined, false),
    reverseAll: () => between(undefined, undefined, true),
    prefixScan(prefix) {
      const id = keys.id(prefix)
      return pairs(units.units({ from: id, to: afterPrefix(id) }))
    },
    approximateNumEntries: units.approximateNumUnits,
  }
}
