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
  process(record: ProcessedRecord<K, V>): void
  close?(): void
}

/** What a processor may do; a store that is not among its declared ones is not on the type. */
export interface ProcessorContext<K, V, S extends readonly AnyStoreDeclaration[] = readonly []> {
  readonly taskId: string
  readonly applicationId: string
  /** To all children, or to the one of that name. */
  forward(record: ProcessedRecord<K, V>, child?: string): void
  store<D extends S[number]>(declaration: D): StoreOf<D>
  /** Of the record in hand; undefined in a punctuation. */
  recordMetadata(): RecordMetadata | undefined
  /** The largest timestamp the task has seen, ms; -1 before the first record. */
  currentStreamTimeMs(): number
  currentSystemTimeMs(): number
  /**
   * Stream-time punctuations are due at 0, interval, 2 * interval, …; wall-clock ones from now on. Points missed run once.
   */
  schedule(intervalMs: number, type: PunctuationType, punctuate: (timestamp: number) => void): Cancellable
  requestCommit(): void
}

export interface ProcessorOptions<S extends readonly AnyStoreDeclaration[]> {
  readonly name?: string
  /** Every store the processor uses. */
  readonly stores?: S
}

export function processNode(
  supplier: ProcessorSupplier,
  options: { readonly name?: string; readonly stores?: readonly AnyStoreDeclaration[]; readonly valuesOnly: boolean },
  from: Node,
): Node {
  const { name, stores = [], valuesOnly } = options
  return node({ type: 'process', ...(name === undefined ? {} : { name }), supplier, stores, valuesOnly }, [from])
}
