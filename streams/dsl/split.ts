import { MillraceError } from '../errors'
import { type Node, node } from '../graph/node'
import { erase } from './erase'
import type { Stream } from './stream'

/** Predicates by the name of their branch, asked in the order in which they are written. */
export type BranchPredicates<K, V> = Readonly<Record<string, (value: V, key: K) => boolean>>

/** A stream per branch; a predicate that is a type guard narrows the values of its branch. */
export type Branches<K, V, P extends BranchPredicates<K, V>> = {
  readonly [Name in keyof P]: Stream<K, GuardedBy<P[Name], V>>
}

type GuardedBy<P, V> = P extends (value: V, key: never) => value is V & infer W ? W : V

/** The nodes of the branches by their names, that of the default among them. */
export function splitNodes<K, V>(
  from: Node,
  predicates: BranchPredicates<K, V>,
  otherwise: string | undefined,
): ReadonlyMap<string, Node> {
  const names = Object.keys(predicates)
  const byNumber = names.find((name) => /^\d+$/.test(name))
  if (byNumber !== undefined) {
    throw invalid(
      `branch ${byNumber} is a number, and members named by numbers lose their order; give the branch a word for a name`,
    )
  }
  if (otherwise !== undefined && names.includes(otherwise)) {
    throw invalid(`the default branch has the name ${otherwise}, which another branch has already`)
  }
  const all = otherwise === undefined ? names : [...names, otherwise]
  if (all.length === 0) throw invalid('a split has at least one branch')
  const split = node({ type: 'split', predicates: erase(Object.values(predicates)) }, [from])
  return new Map(all.map((name, index) => [name, node({ type: 'branch', index }, [split])]))
}

function invalid(message: string): MillraceError {
  return new MillraceError('TOPOLOGY_INVALID', message)
}
