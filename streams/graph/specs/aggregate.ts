import type {
  KeyValueStoreDeclaration,
  SessionStoreDeclaration,
  WindowStoreDeclaration,
} from '../../stores/declaration'
import type { EmitStrategy, HoppingWindows, SessionWindows, SlidingWindows } from '../windows'
import type { ErasedTableStore } from './table'

/** null deletes the aggregate. */
export type ErasedAggregator = (aggregate: unknown, value: unknown, key: unknown) => unknown

export interface Aggregation {
  /** Called for each aggregate that begins; null where the first value is the aggregate (reduce). */
  readonly initializer: () => unknown
  /** One per parent; several in a cogroup. */
  readonly aggregators: readonly ErasedAggregator[]
}

/** What a windowed aggregation has seen at each of its inputs, kept beside its windows so that a restart changes no result. */
export interface WindowTimes {
  /** ms, by input; -1 before the first record. */
  readonly streamTimes: readonly number[]
  /** ms: final results of windows that closed before have come out; -1 when none has. */
  readonly emittedUpTo: number
}

export interface WindowedAggregation extends Aggregation {
  readonly emit: EmitStrategy
  readonly times: KeyValueStoreDeclaration<string, WindowTimes>
}

export interface AggregateSpecs {
  aggregate: Aggregation & { readonly store: ErasedTableStore }
  'hopping-aggregate': WindowedAggregation & {
    readonly windows: HoppingWindows
    readonly store: WindowStoreDeclaration<unknown, unknown>
  }
  'sliding-aggregate': WindowedAggregation & {
    readonly windows: SlidingWindows
    readonly store: WindowStoreDeclaration<unknown, unknown>
  }
  'session-aggregate': WindowedAggregation & {
    readonly windows: SessionWindows
    readonly merger: (left: unknown, right: unknown, key: unknown) => unknown
    readonly store: SessionStoreDeclaration<unknown, unknown>
  }
}
