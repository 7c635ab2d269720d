import type { KeyValueStoreDeclaration } from '../../stores/declaration'
import type { Decider } from '../decider'
import type { ProcessorSupplier } from '../processor'

export interface ProcessorSpecs {
  process: { readonly supplier: ProcessorSupplier; readonly valuesOnly: boolean }
  /** Emits `Decision`s: see dsl/decide.ts. */
  decide: {
    readonly decider: Decider<unknown, unknown, unknown>
    readonly store: KeyValueStoreDeclaration<unknown, unknown>
  }
}
