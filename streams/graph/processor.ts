/** The Processor API, erased; `dsl/process.ts` has the typed face. */
import type { Header } from '../log/port'
import type { AnyStoreDeclaration } from '../stores/declaration'

export interface StreamRecord {
  readonly key: unknown
  readonly value: unknown
  /** ms */
  readonly timestamp: number
  readonly headers: readonly Header[]
}

export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

export type PunctuationType = 'stream-time' | 'wall-clock'

export interface Cancellable {
  cancel(): void
}

export interface ErasedProcessorContext {
  readonly taskId: string
  readonly applicationId: string
  /** To all children, or to the one of that name. */
  forward(record: StreamRecord, child?: string): void
  /** Adds a header to the record in hand, for all that see it after this processor. */
  addHeader(key: string, value: Buffer | null): void
  readonly stores: readonly AnyStoreDeclaration[]
  store(declaration: AnyStoreDeclaration): unknown
  /** Of the record in hand; undefined in a punctuation. */
  recordMetadata(): RecordMetadata | undefined
  /** The largest timestamp the task has seen, ms; -1 before the first record. */
  currentStreamTimeMs(): number
  currentSystemTimeMs(): number
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestamp: number) => void): Cancellable
  /** Asks the task to commit as soon as it can. */
  requestCommit(): void
}

export interface ErasedProcessor {
  process(record: StreamRecord): void
  close?(): void
}

export type ProcessorSupplier = (context: ErasedProcessorContext) => ErasedProcessor
