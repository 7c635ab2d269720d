import type { TimestampedKeyValueStoreDeclaration } from '../../stores/declaration'
import type { ValueKeyFn } from './functions'
import type { SourceSpec } from './source'
import type { ErasedJoiner } from './table'

/**
 * A topic that every process reads whole, into a store that all its tasks look rows up in. The topic is the source of the
 * store's state, so there is no changelog, and nothing of it belongs to a task.
 */
export interface GlobalTableSource extends Pick<SourceSpec, 'topic' | 'timestampExtractor' | 'onError'> {
  readonly store: TimestampedKeyValueStoreDeclaration<unknown, unknown>
}

export interface GlobalTableSpecs {
  'global-table-join': {
    readonly table: GlobalTableSource
    /** The key of the row for a record; null: there is none. */
    readonly select: ValueKeyFn
    readonly joiner: ErasedJoiner
    /** A record without a row is joined with null. */
    readonly left: boolean
  }
}
