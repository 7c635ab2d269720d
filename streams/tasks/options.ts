import type { Clock } from '../clock'
import type { ErrorPolicy, OnError } from '../graph/policy'
import type { SubTopology } from '../graph/subtopologies'
import type { SchemaRegistry } from '../registry/port'
import type { PersonalKeys } from '../serdes/encryption/port'
import type { StoreBackend } from '../stores/backend'
import type { Failure, SourceInHand } from './failures'
import type { Output } from './output'

export interface TaskOptions {
  readonly applicationId: string
  /** `<sub-topology>_<partition>` */
  readonly taskId: string
  readonly subTopology: SubTopology
  readonly partition: number
  /** One per store of the sub-topology, by name. */
  readonly backends: ReadonlyMap<string, StoreBackend>
  /** The rows of the global tables that it looks up, by the name of their store. */
  readonly globals?: ReadonlyMap<string, unknown>
  readonly output: Output
  /** Takes what has changed in the stores, at each commit. Default: batches, as the log takes them. */
  readonly changelogOutput?: Output
  readonly clock: Clock
  readonly registry?: SchemaRegistry
  readonly personalKeys?: PersonalKeys
  /** Bytes of decoded state kept in memory, over all stores of the task. */
  readonly cacheBytes?: number
  readonly policyOf: (topic: string) => ErrorPolicy
  /** Partitions of a topic that the task reads or writes. */
  readonly partitionsOf: (topic: string) => number
  readonly onFailure: (failure: Failure, source: SourceInHand | undefined, action: OnError) => void
  readonly onDropped: (step: string, reason: string, source: SourceInHand | undefined) => void
  /** A call failed and will be made again. */
  readonly onRetry: (step: string, error: unknown) => void
  /** A call has come back: there may be something to do. */
  readonly onWake: () => void
}
