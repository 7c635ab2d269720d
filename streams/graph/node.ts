import type { AnyStoreDeclaration } from '../stores/declaration'
import type { OperatorSpec } from './specs'

/**
 * One step of a topology: what it is (`spec`) and where its records come from (`parents`). Nodes are frozen values made
 * by the verbs of `dsl/`; identity is the object, so using a handle twice is fan-out.
 */
export interface Node<S extends OperatorSpec = OperatorSpec> {
  readonly spec: S
  readonly parents: readonly Node[]
  /** Tables whose rows it looks up without taking their changes. They run in the same task, ahead of it. */
  readonly lookups: readonly Node[]
}

export function node<S extends OperatorSpec>(
  spec: S,
  parents: readonly Node[],
  lookups: readonly Node[] = [],
): Node<S> {
  return Object.freeze({
    spec: Object.freeze(spec),
    parents: Object.freeze([...parents]),
    lookups: Object.freeze([...lookups]),
  })
}

export function storesOf(of: Node): readonly AnyStoreDeclaration[] {
  return of.spec.stores ?? []
}

/** Where a flow ends: what `topology()` is given a list of. */
export interface End {
  readonly end: Node
}
