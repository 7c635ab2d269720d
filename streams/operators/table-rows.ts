import type { ErasedTableStore } from '../graph/specs/table'
import type { TimestampedKeyValueStore, ValueAndTimestamp, VersionedStore, VersionedWrite } from '../stores/store'
import type { OperatorContext } from './operator'

/** The rows of a table over the kinds of store that can keep them (Kafka Streams' KeyValueStoreWrapper). */
export interface TableRows {
  get(key: unknown, asOf?: number): ValueAndTimestamp<unknown> | undefined
  put(key: unknown, value: unknown, timestamp: number): VersionedWrite
}

export function tableRows({ name, kind }: ErasedTableStore, context: Pick<OperatorContext, 'store'>): TableRows {
  return kind === 'versioned'
    ? versionedRows(context.store(name) as VersionedStore<unknown, unknown>)
    : latestRows(context.store(name) as TimestampedKeyValueStore<unknown, unknown>)
}

function latestRows(store: TimestampedKeyValueStore<unknown, unknown>): TableRows {
  return {
    get: (key) => store.get(key),
    put: (key, value, timestamp) => {
      store.put(key, value === null ? null : { value, timestamp })
      return 'latest'
    },
  }
}

function versionedRows(store: VersionedStore<unknown, unknown>): TableRows {
  return {
    get: (key, asOf) => store.get(key, asOf),
    put: (key, value, timestamp) => store.put(key, value, timestamp),
  }
}
