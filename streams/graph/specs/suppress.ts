import type { Buffered, BufferPlace, BufferTimes } from '../../serdes/buffered'
import type { KeyValueStoreDeclaration } from '../../stores/declaration'

/** How long a table's updates are held back (Kafka Streams: `Suppressed`, KIP-328); times in ms. */
export interface SuppressSpec {
  /** `window-end`: until the window of the key has closed, and tombstones not at all. `record`: from the first update on. */
  readonly until: 'window-end' | 'record'
  /** After the window's end (its grace), or after the first update. */
  readonly waitMs: number
  /** Keys held back at once. Infinity: no limit. */
  readonly maxRecords: number
  /** With more than `maxRecords` keys, the oldest comes out early, or the task stops. */
  readonly whenFull: 'emit' | 'fail'
  readonly buffer: KeyValueStoreDeclaration<BufferPlace<unknown>, Buffered<unknown> | BufferTimes>
}

export interface SuppressSpecs {
  suppress: SuppressSpec
}
