import { MillraceError, messageOf, TaskFailure } from '../errors'
import type { ErrorPolicy, OnError } from '../graph/policy'
import type { GlobalTableSource } from '../graph/specs/global-table'
import type { SchemaRegistry } from '../registry/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import { memoryBackend } from '../stores'
import type { Failure, SourceInHand } from '../tasks/failures'
import { type GlobalTableStore, globalTableStore } from '../tasks/global-table'
import { type DriverLog, type PartitionReader, partitionReader } from './driver-log'
import type { DriverTopics } from './driver-topics'

/** The global tables of a topology under test: what is written to their topics is in their stores at once. */
export interface DriverGlobals {
  /** By the name of the store. */
  readonly views: ReadonlyMap<string, unknown>
  /** Takes in what has been written since the last call. */
  feed(): void
}

export interface DriverGlobalsOptions {
  readonly tables: readonly GlobalTableSource[]
  readonly registry: SchemaRegistry
  readonly personalKeys?: PersonalKeys
  readonly topics: DriverTopics
  readonly log: DriverLog
  readonly onError: ErrorPolicy
  readonly onFailure: (failure: Failure, source: SourceInHand, action: OnError) => void
  readonly onDropped: (reason: string) => void
}

export function driverGlobals(options: DriverGlobalsOptions): DriverGlobals {
  const opened = options.tables.map((source) => openOne(source, options))
  return {
    views: new Map(opened.map(({ source, view }) => [source.store.name, view])),
    feed: feeding(opened, options),
  }
}

function feeding(opened: readonly GlobalTableStore[], { log, topics }: DriverGlobalsOptions): () => void {
  const reads = opened.flatMap((table) => {
    const topic = table.source.topic.name
    return Array.from({ length: topics.partitionsOf(topic) }, (_, partition) => ({
      table,
      next: partitionReader(log, { topic, partition }),
    }))
  })
  const feedOne = (table: GlobalTableStore, next: PartitionReader) => {
    const batch = next()
    if (batch === undefined) return
    refusePromise(table.prepare(batch))
    table.apply(batch)
    void table.persist()
  }
  return () => {
    for (const { table, next } of reads) feedOne(table, next)
  }
}

function openOne(source: GlobalTableSource, options: DriverGlobalsOptions): GlobalTableStore {
  const said = source.onError?.deserialization ?? options.onError.deserialization
  const action = said === 'dead-letter' ? 'continue' : said
  const table = globalTableStore({
    source,
    backend: memoryBackend(),
    registry: options.registry,
    personalKeys: options.personalKeys,
    onPoison: (error, raw, from) => {
      options.onFailure({ stage: 'deserialization', error, attempts: 1 }, { raw, from }, action)
      if (action === 'continue') return
      const place = `${from.topic}-${from.partition} at offset ${raw.offset}`
      throw new TaskFailure('DESERIALIZATION_FAILED', `deserialization of ${place} failed: ${messageOf(error)}`, {
        cause: error,
        details: { ...from, offset: raw.offset },
      })
    },
    onDropped: options.onDropped,
  })
  refusePromise(table.ready)
  return table
}

/** @throws MillraceError CONFIG_INVALID */
export function refusePromise(waiting: Promise<void> | undefined): void {
  if (waiting === undefined) return
  waiting.catch(() => undefined)
  throw new MillraceError(
    'CONFIG_INVALID',
    'the test driver is synchronous and cannot wait for a registry; give it inMemoryRegistry(), or none',
  )
}
