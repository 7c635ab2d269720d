import type { TimestampedKeyValueStoreDeclaration, VersionedStoreDeclaration } from '../../stores/declaration'

/** Where a table keeps its rows. */
export type TableStore<K, V> = TimestampedKeyValueStoreDeclaration<K, V> | VersionedStoreDeclaration<K, V>

export type ErasedTableStore = TableStore<unknown, unknown>

export interface TableSpecs {
  /** Records become rows: null is a tombstone, a null key is left out. Its parent is a topic or a stream. */
  'to-table': { readonly of: 'topic' | 'stream'; readonly store?: ErasedTableStore }
  'to-stream': object
  'table-filter': {
    readonly predicate: (value: unknown, key: unknown) => boolean
    readonly not: boolean
    /** The table filtered keeps versions: then every change is passed on (KIP-914). */
    readonly versioned: boolean
    readonly store?: ErasedTableStore
  }
  'table-map-values': {
    readonly map: (value: unknown, key: unknown) => unknown
    readonly store?: ErasedTableStore
  }
}
