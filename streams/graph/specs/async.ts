import type { Header } from '../../log/port'

export interface RetryPolicy {
  /** Waiting time in ms before each further attempt; its length is the number of retries. */
  readonly delaysMs: readonly number[]
  /** Whether trying again can help; by default all but TerminalError. */
  readonly retryable?: (error: unknown) => boolean
}

export interface MapAsyncOptions {
  /** Calls under way at once per task. Default 64. */
  readonly capacity?: number
  /** A call that takes longer counts as failed (ms); its signal is aborted. Default 30,000. */
  readonly timeoutMs?: number
  readonly retry?: RetryPolicy
}

export interface SinkRecord<K, V> {
  readonly key: K
  readonly value: V
  readonly timestamp: number
  readonly headers: readonly Header[]
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/**
 * A place outside the log that takes records batch by batch, before the commit of their offsets: it sees every record at
 * least once and must make repeats harmless. While it rejects with an `OutageError`, the task waits and tries again; with
 * anything else the worker stops and says why. Nothing is dropped.
 */
export interface BatchSink<K, V> {
  write(records: readonly SinkRecord<K, V>[]): Promise<void>
}

export interface AsyncSpecs {
  'map-async': {
    readonly map: (value: unknown, key: unknown, signal: AbortSignal) => Promise<unknown>
    readonly options: MapAsyncOptions
  }
  'batch-sink': { readonly sink: BatchSink<unknown, unknown> }
}
