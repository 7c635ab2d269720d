import type { AnyStoreDeclaration } from '../../stores/declaration'
import type { AggregateSpecs } from './aggregate'
import type { AsyncSpecs } from './async'
import type { ForeignKeySpecs } from './foreign-key'
import type { GlobalTableSpecs } from './global-table'
import type { ProcessorSpecs } from './processor'
import type { SourceSpecs } from './source'
import type { StatelessSpecs } from './stateless'
import type { StreamJoinSpecs } from './stream-join'
import type { StreamTableJoinSpecs } from './stream-table-join'
import type { SuppressSpecs } from './suppress'
import type { TableSpecs } from './table'

/**
 * Every operator by its type. `operators/table.ts` has a runtime for each, and does not compile while one is missing.
 * Functions are erased here: the handles of `dsl/` have checked their types.
 */
export interface OperatorSpecs
  extends SourceSpecs,
    StatelessSpecs,
    ProcessorSpecs,
    AsyncSpecs,
    TableSpecs,
    StreamJoinSpecs,
    StreamTableJoinSpecs,
    ForeignKeySpecs,
    GlobalTableSpecs,
    AggregateSpecs,
    SuppressSpecs {}

export type OperatorType = keyof OperatorSpecs

export interface SpecBase {
  /** A name given by hand; otherwise one is derived from the place. */
  readonly name?: string
  readonly stores?: readonly AnyStoreDeclaration[]
}

export type SpecOf<T extends OperatorType> = SpecBase & OperatorSpecs[T] & { readonly type: T }

export type OperatorSpec = { [T in OperatorType]: SpecOf<T> }[OperatorType]
