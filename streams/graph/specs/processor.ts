import type { ProcessorSupplier } from '../processor'
import type { Decider } from '../decider'
import type { KeyValueStoreDeclaration } from '../../stores/declaration'

export interface ProcessorSpecs {
  process: { readonly supplier: ProcessorSupplier; readonly valuesOnly: boolean }
  /** Emits `Decision`s: see dsl/decide.ts. */
  decide: {
    readonly decider: Decider<unknown, unknown, unknown>
    readonly store: KeyValueStoreDeclaration<unknown, unknown>
  }
}
