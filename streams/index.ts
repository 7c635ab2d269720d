export { type Clock, systemClock } from './clock'
export type { Aggregator, SessionMerger } from './dsl/aggregations'
export type {
  CogroupedStream,
  SessionWindowedCogroupedStream,
  WindowedCogroupedStream,
} from './dsl/cogrouped-stream'
export type { AggregateStore, Decided } from './dsl/decide'
export type { Duration } from './dsl/duration'
export type { ForeignKeyJoin } from './dsl/foreign-key-join'
export { GlobalTable, type GlobalTableOptions, globalTable } from './dsl/global-table'
export type { MaybeRegrouped, Regrouped } from './dsl/group'
export type { GroupedStream } from './dsl/grouped-stream'
export { GroupedTable, type RowGroups } from './dsl/grouped-table'
export { type JoinStores, type JoinStoresOptions, joinStores } from './dsl/join-stores'
export type {
  ProcessedRecord,
  Processor,
  ProcessorContext,
  ProcessorOptions,
  StatefulProcessorOptions,
  ValuesProcessorContext,
} from './dsl/process'
export type { RoutedRecord, SinkOptions } from './dsl/sink'
export type { Branches } from './dsl/split'
export { type SourceOptions, Stream, stream } from './dsl/stream'
export type { StreamTableJoinOptions } from './dsl/stream-table-join'
export {
  type SuppressBuffer,
  type UntilTimeLimit,
  type UntilWindowCloses,
  untilTimeLimit,
  untilWindowCloses,
} from './dsl/suppress'
export { Table, type TableStore, table } from './dsl/table'
export { type WindowedStore, type WindowedStoreOptions, windowedStore } from './dsl/windowed-store'
export type { SessionWindowedStream, WindowedStream } from './dsl/windowed-stream'
export {
  type EmitStrategy,
  type HoppingOptions,
  type HoppingWindows,
  hopping,
  onWindowClose,
  onWindowUpdate,
  type SessionWindows,
  type SlidingWindows,
  session,
  sliding,
  type TimeWindows,
  tumbling,
  type WindowOptions,
} from './dsl/windows'
export { type JoinWindows, type WithinOptions, within } from './dsl/within'
export * from './errors'
export {
  type Aggregate,
  type CommandEnvelope,
  type Decider,
  type EventEnvelope,
  isRefusal,
  type Outcome,
  type Refusal,
  refuse,
  type Unstamped,
} from './graph/decider'
export { describe } from './graph/describe'
export {
  type Fingerprint,
  type FingerprintOptions,
  fingerprint,
  fingerprintHash,
  fingerprintText,
} from './graph/fingerprint'
export { mermaid } from './graph/mermaid'
export { deadLetterTopic } from './graph/names'
export type { End } from './graph/node'
export { deadLetter, type ErrorPolicy, failFast, type OnError } from './graph/policy'
export type { BatchSink, MapAsyncOptions, RetryPolicy, SinkRecord } from './graph/specs/async'
export { type Topology, topology } from './graph/topology'
export { diffTopologies, type TopologyChange } from './graph/topology-diff'
export { memoryLog, openEmbeddedLog } from './log/embedded'
export { type KafkaLogConfig, kafkaConfigFromEnv, type OauthOptions, oauthTokens, openKafkaLog } from './log/kafkajs'
export { partitionFor } from './log/partitioner'
export type * from './log/port'
export { type OffsetRange, readRanges, wholeRanges } from './log/read-range'
export { type CompressionType, type RecordsBuffer, recordsBuffer } from './log/records'
export { type Logger, silentLogger } from './logger'
export { uuid5 } from './operators/uuid5'
export * from './privacy'
export * from './registry'
export * from './serdes'
export { type Difference, differences, foldChangelog, type StoreEntry, storedEntries } from './stores'
export type { StateDirectory } from './stores/backend'
export {
  keyValueStore,
  sessionStore,
  timestampedKeyValueStore,
  timestampedWindowStore,
  versionedStore,
  windowStore,
} from './stores/declaration'
export { levelStateDirectory } from './stores/level-directory'
export { memoryStateDirectory } from './stores/memory-directory'
export type * from './stores/store'
export { type Topic, type TopicOptions, topic } from './topics'
export { type CommandClient, type CommandClientOptions, openCommandClient } from './worker/command-client'
export type { ProcessingGuarantee } from './worker/committer'
export type { Health } from './worker/health'
export type { MemberMetadata } from './worker/member-info'
export { registerMetrics } from './worker/metrics'
export { type ApplicationLag, applicationLag, type PartitionLag } from './worker/operations/lag'
export {
  executeReset,
  type OffsetReset,
  planReset,
  type ResetOptions,
  type ResetPlan,
  type ResetTo,
} from './worker/operations/reset'
export { type StoreVerdict, type VerifyStateOptions, verifyState } from './worker/operations/verify-state'
export type { WorkerOptions, WorkerState } from './worker/options'
export { openPublisher, type Publisher, type PublisherOptions } from './worker/publisher'
export type {
  Answer,
  AnsweredBy,
  QueryKind,
  ReadOptions,
  Staleness,
  StoreItem,
  StoreQuery,
} from './worker/queries/query'
export type { KeyLocation, Routed } from './worker/queries/router'
export { openStoreClient, type StoreClient, type StoreClientOptions } from './worker/queries/store-client'
export type {
  Entries,
  KeyValueQueries,
  QueriesOf,
  RangeOptions,
  SessionQueries,
  StoreHandle,
  VersionedQueries,
  WindowQueries,
} from './worker/queries/stores'
export { fromTaggedJson, toTaggedJson } from './worker/queries/tagged-json'
export type { RestoreProgress } from './worker/restore-progress'
export type { ChangelogProgress, Standby } from './worker/standby'
export { defineWorker, type WorkerContext, type WorkerDefinition } from './worker/threads/define-worker'
export type {
  ThreadFailure,
  ThreadFailureAnswer,
  ThreadStatus,
  WorkerThreads,
  WorkerThreadsOptions,
} from './worker/threads/options'
export type { ThreadOptions } from './worker/threads/thread-handle'
export { workerThreads } from './worker/threads/worker-threads'
export { openTopicWriter, type TopicWriter, type Written } from './worker/topic-writer'
export { createWorker, type Worker } from './worker/worker'
