import type { OpenSerde, Serde } from '../serdes/serde'
import type { StoreBackend } from './backend'
import { afterPrefix, readLong, successor, writeLong } from './bytes'
import type { KeyValueStoreDeclaration, TimestampedKeyValueStoreDeclaration } from './declaration'
import { type KeyIds, openKeyIds } from './key-ids'
import type { ChangelogRecord, ManagedStore, RestoreRecord, StoreContext } from './managed'
import type { KeyValue, KeyValueStore, ValueAndTimestamp } from './store'
import { type Drained, type UnitCodec, type WriteBack, writeBack } from './write-back'

export interface OpenOptions {
  /** Bytes, estimated, of decoded state kept beyond what waits for its commit. */
  readonly cacheBytes: number
}

/** What the two kinds differ in: how a value lies in the back end, and how it goes to the changelog. */
interface Format<U> extends UnitCodec<U> {
  record(drained: Drained<U>): ChangelogRecord
  restored(value: Buffer, timestamp: number): Buffer
}

export function openKeyValue<K, V>(
  declaration: KeyValueStoreDeclaration<K, V>,
  backend: StoreBackend,
  context: StoreContext,
  options: OpenOptions,
): ManagedStore {
  const format = plainFormat(context.openValue(declaration.value), context)
  return keyValueOver({ declaration, backend, context, format, options })
}

export function openTimestampedKeyValue<K, V>(
  declaration: TimestampedKeyValueStoreDeclaration<K, V>,
  backend: StoreBackend,
  context: StoreContext,
  options: OpenOptions,
): ManagedStore {
  const format = timestampedFormat(context.openValue(declaration.value), context)
  return keyValueOver({ declaration, backend, context, format, options })
}

interface Parts<K, U> {
  readonly declaration: { readonly name: string; readonly key: Serde<K>; readonly changelog: boolean }
  readonly backend: StoreBackend
  readonly context: StoreContext
  readonly format: Format<U>
  readonly options: OpenOptions
}

function keyValueOver<K, U>({ declaration, backend, context, format, options }: Parts<K, U>): ManagedStore {
  const keys = openKeyIds(declaration.name, declaration.key, context)
  const units = writeBack(backend, format, options.cacheBytes)
  return {
    name: declaration.name,
    view: keyValueView(keys, units),
    get position() {
      return backend.position()
    },
    restore(records, nextOffset) {
      return units.apply(latestWrites(records, format), nextOffset)
    },
    drainChanges() {
      const drained = units.drain()
      return declaration.changelog ? drained.map(format.record) : []
    },
    persist: units.persist,
    close: () => backend.close(),
  }
}

/** Of several records of one key the last one counts. */
function latestWrites<U>(records: readonly RestoreRecord[], format: Format<U>) {
  const latest = new Map<string, { readonly key: Buffer; readonly value: Buffer | null }>()
  for (const { key, value, timestamp } of records) {
    if (key === null) continue
    latest.set(key.toString('latin1'), { key, value: value === null ? null : format.restored(value, timestamp) })
  }
  return [...latest.values()]
}

function plainFormat<V>(serde: OpenSerde<V>, context: StoreContext): Format<V> {
  return {
    encode: (value) => serde.encode(value),
    decode: (bytes) => serde.decode(bytes),
    record: ({ key, value }) => ({ key, value, timestamp: context.currentTimestamp(), headers: [] }),
    restored: (value) => value,
  }
}

/** Locally 8 bytes of timestamp stand before the value; in the changelog the timestamp is the record's (as in Kafka Streams). */
const TIMESTAMP_BYTES = 8

function timestampedFormat<V>(serde: OpenSerde<V>, context: StoreContext): Format<ValueAndTimestamp<V>> {
  return {
    encode({ value, timestamp }) {
      const bytes = serde.encode(value)
      return bytes === null ? null : stamped(bytes, timestamp)
    },
    decode: (bytes) => ({ value: serde.decode(bytes.subarray(TIMESTAMP_BYTES)), timestamp: readLong(bytes, 0) }),
    record: ({ key, value }) =>
      value === null
        ? { key, value, timestamp: context.currentTimestamp(), headers: [] }
        : { key, value: value.subarray(TIMESTAMP_BYTES), timestamp: readLong(value, 0), headers: [] },
    restored: stamped,
  }
}

export function stamped(value: Buffer, timestamp: number): Buffer {
  const bytes = Buffer.allocUnsafe(TIMESTAMP_BYTES + value.length)
  writeLong(bytes, timestamp, 0)
  value.copy(bytes, TIMESTAMP_BYTES)
  return bytes
}

function keyValueView<K, U>(keys: KeyIds<K>, units: WriteBack<U>): KeyValueStore<K, U> {
  function* pairs(from: string | undefined, to: string | undefined, reverse: boolean): Generator<KeyValue<K, U>> {
    for (const { id, unit } of units.units({
      reverse,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    })) {
      yield { key: keys.key(id), value: unit }
    }
  }
  const between = (from: K | undefined, to: K | undefined, reverse: boolean) =>
    pairs(
      from === undefined ? undefined : keys.id(from),
      to === undefined ? undefined : successor(keys.id(to)),
      reverse,
    )
  const put = (key: K, value: U | null) => units.set(keys.id(key), value ?? undefined)

  return {
    get: (key) => units.get(keys.id(key)),
    put,
    putAll(entries) {
      for (const { key, value } of entries) put(key, value)
    },
    putIfAbsent(key, value) {
      const id = keys.id(key)
      const present = units.get(id)
      if (present === undefined) units.set(id, value)
      return present
    },
    delete(key) {
      const id = keys.id(key)
      const present = units.get(id)
      if (present !== undefined) units.set(id, undefined)
      return present
    },
    range: (from, to) => between(from, to, false),
    reverseRange: (from, to) => between(from, to, true),
    all: () => between(undefined, undefined, false),
    reverseAll: () => between(undefined, undefined, true),
    prefixScan(prefix) {
      const id = keys.id(prefix)
      return pairs(id, afterPrefix(id), false)
    },
    approximateNumEntries: units.approximateNumUnits,
  }
}
