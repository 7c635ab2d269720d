import type { GlobalTableSource } from '../graph/specs/global-table'
import type { FetchedBatch, LogRecord, TopicPartition } from '../log/port'
import type { SchemaRegistry } from '../registry/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import { serdeOpener } from '../serdes/opening'
import { openStore } from '../stores'
import type { StoreBackend } from '../stores/backend'
import type { TimestampedKeyValueStore } from '../stores/store'
import { type InputRecord, type SourceQueue, sourceQueue } from './source-queue'

/** The store of a global table as a process keeps it, whatever hands it the records of its topic. */
export interface GlobalTableStore {
  readonly source: GlobalTableSource
  /** What operators and queries see. */
  readonly view: unknown
  /** Resolves once the serdes are ready. */
  readonly ready: Promise<void> | undefined
  /** Fetches what decoding the batch will need. */
  prepare(batch: FetchedBatch): Promise<void> | undefined
  /** Puts the records of a batch into the store; at once seen by all. */
  apply(batch: FetchedBatch): void
  /** Writes what was applied since the last call. @throws OutageError STATE_UNAVAILABLE: it is written by the next call */
  persist(): Promise<void> | undefined
  close(): Promise<void>
}

export interface GlobalTableStoreOptions {
  readonly source: GlobalTableSource
  readonly backend: StoreBackend
  readonly registry?: SchemaRegistry
  readonly personalKeys?: PersonalKeys
  readonly cacheBytes?: number
  /** Returns when the record is to be left out, throws when nothing may go on. */
  readonly onPoison: (error: unknown, raw: LogRecord, from: TopicPartition) => void
  readonly onDropped: (reason: string, raw: LogRecord, from: TopicPartition) => void
}

export function globalTableStore(options: GlobalTableStoreOptions): GlobalTableStore {
  const { source, backend, registry, personalKeys, cacheBytes, onPoison, onDropped } = options
  const { topic, timestampExtractor } = source
  const serdes = serdeOpener({ topic: topic.name, registry, personalKeys })
  const key = serdes.key(topic.key)
  const value = serdes.value(topic.value)
  let inHand: InputRecord | undefined
  const store = openStore(
    { ...source.store, changelog: false },
    backend,
    {
      currentTimestamp: () => inHand?.timestamp ?? 0,
      changelogTopic: topic.name,
      openKey: serdes.key,
      openValue: serdes.value,
    },
    { cacheBytes },
  )
  const rows = store.view as TimestampedKeyValueStore<unknown, unknown>
  const queues = new Map<number, SourceQueue>()

  const queueOf = (partition: number): SourceQueue => {
    const known = queues.get(partition)
    if (known !== undefined) return known
    const spec = { timestampExtractor, tombstones: true }
    const queue = sourceQueue({ from: { topic: topic.name, partition }, spec, key, value, onPoison, onDropped })
    queues.set(partition, queue)
    return queue
  }
  const put = (record: InputRecord) => {
    const { raw, from, timestamp } = record
    if (record.key === null) return onDropped('null key', raw, from)
    inHand = record
    try {
      rows.put(record.key, record.value === null ? null : { value: record.value, timestamp })
    } catch (error) {
      onPoison(error, raw, from)
    }
  }

  return {
    source,
    view: rows,
    ready: serdes.whenReady(),
    prepare: (batch) => queueOf(batch.partition).prepare(batch),
    apply: (batch) => {
      const queue = queueOf(batch.partition)
      queue.add(batch)
      for (let record = queue.head(); record !== undefined; record = queue.head()) {
        put(record)
        queue.take()
      }
    },
    persist: () => {
      store.drainChanges()
      return store.persist(undefined)
    },
    close: () => store.close(),
  }
}
