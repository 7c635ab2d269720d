import { type Node, node } from '../graph/node'
import type { Cancellable, ProcessorSupplier, PunctuationType, RecordMetadata } from '../graph/processor'
import type { Header } from '../log/port'
import type { AnyStoreDeclaration } from '../stores/declaration'
import type { StoreOf } from '../stores/store'

export interface ProcessedRecord<K, V> {
  readonly key: K
  readonly value: V
  /** ms */
  readonly timestamp: number
  readonly headers: readonly Header[]
}

export interface Processor<K, V> {
  readonly process: (record: ProcessedRecord<K, V>) => void
  close?(): void
}

/** What a processor may do whatever it forwards; a store that is not among its declared ones is not on the type. */
export interface CommonProcessorContext<S extends readonly AnyStoreDeclaration[]> {
  readonly taskId: string
  readonly applicationId: string
  /** The declared ones. */
  readonly stores: S
  readonly store: <D extends S[number]>(declaration: D) => StoreOf<D>
  /** Of the record in hand; undefined in a punctuation. */
  recordMetadata(): RecordMetadata | undefined
  /** The largest timestamp the task has seen, ms; -1 before the first record. */
  currentStreamTimeMs(): number
  currentSystemTimeMs(): number
  /**
   * Stream-time punctuations are due at 0, interval, 2 * interval, …; wall-clock ones from now on. Points missed run once.
   */
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestamp: number) => void): Cancellable
  /**
   * Adds a header to the record in hand itself, so that what runs after this processor on the same stream sees it too (in
   * Kafka Streams: `record.headers().add`). A record forwarded with `headers` of its own has them from here on only.
   */
  addHeader(key: string, value: Buffer | null): void
  requestCommit(): void
}

export interface ProcessorContext<K, V, S extends readonly AnyStoreDeclaration[] = readonly []>
  extends CommonProcessorContext<S> {
  /** To all children, or to the one of that name. */
  forward(record: ProcessedRecord<K, V>, child?: string): void
}

/** The key is that of the record in hand and cannot be given; so in a punctuation, where none is, nothing can be forwarded. */
export interface ValuesProcessorContext<V, S extends readonly AnyStoreDeclaration[] = readonly []>
  extends CommonProcessorContext<S> {
  /** To all children, or to the one of that name. @throws MillraceError TOPOLOGY_INVALID in a punctuation */
  forward(record: Omit<ProcessedRecord<never, V>, 'key'>, child?: string): void
}

export interface ProcessorOptions {
  /** Of the step, in `describe` and for `forward`. */
  readonly name?: string
}

export interface StatefulProcessorOptions<S extends readonly AnyStoreDeclaration[]> extends ProcessorOptions {
  /** Every store the processor uses. */
  readonly stores: S
}

export function processNode(
  supplier: ProcessorSupplier,
  options: { readonly name?: string; readonly stores?: readonly AnyStoreDeclaration[]; readonly valuesOnly: boolean },
  from: Node,
): Node {
  const { name, stores = [], valuesOnly } = options
  return node({ type: 'process', ...(name === undefined ? {} : { name }), supplier, stores, valuesOnly }, [from])
}
