import type { TimestampedKeyValueStoreDeclaration, VersionedStoreDeclaration } from '../../stores/declaration'
import type { Pair } from './functions'

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
  /** Parent 0 is the left table, parent 1 the right one. */
  'table-join': {
    readonly joiner: ErasedJoiner
    /** By side: there is no result without it. */
    readonly needs: Sides
    /** By side: the table keeps versions, and changes of the past make no result (KIP-914). */
    readonly versioned: Sides
    readonly store?: ErasedTableStore
  }
  /** Forwards changes under the key of their group, for a `table-aggregate` behind a repartition. */
  'table-group-by': {
    readonly select: (value: unknown, key: unknown) => Pair
    readonly versioned: boolean
  }
  'table-aggregate': {
    /** Undefined: the first value is the aggregate (reduce). */
    readonly initializer?: () => unknown
    readonly adder: (aggregate: unknown, value: unknown, key: unknown) => unknown
    readonly subtractor: (aggregate: unknown, value: unknown, key: unknown) => unknown
    readonly store: ErasedTableStore
  }
}

export type ErasedJoiner = (left: unknown, right: unknown, key: unknown) => unknown

type Sides = readonly [left: boolean, right: boolean]
